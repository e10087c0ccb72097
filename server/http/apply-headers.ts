import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  ALWAYS_VALIDATED,
  NOT_STORED,
  PARTITION_HEADER,
  type PolicyHeaders,
  mergeVary,
  parseCacheControl,
  policyHeaders,
} from '../../policy/index.ts'
import type { Exchange } from './exchange.ts'
import { writeServerTiming } from './server-timing.ts'

export interface ApplyOptions {
  readonly partition: string | undefined
  readonly serverTiming: boolean
  readonly warn: (message: string) => void
}

/** Writes everything that caches are told about a response, at the moment its headers leave. */
export function applyHeaders(
  request: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange,
  { partition, serverTiming, warn }: ApplyOptions,
): void {
  const chosen = chooseHeaders(request, response, exchange, warn)
  if (chosen !== undefined) {
    const { Vary, ...fields } = chosen
    response.removeHeader('CDN-Cache-Control')
    for (const [name, value] of Object.entries(fields)) response.setHeader(name, value)
    // Merged, never set: the handler, `cors` and `compression` have their own words in it.
    if (Vary !== undefined) response.setHeader('Vary', mergeVary(text(response, 'Vary'), Vary.split(', ')))
  }
  const cacheControl = parseCacheControl(text(response, 'Cache-Control'))
  // Only where no shared cache keeps it: the field belongs to one user.
  const isPersonal = cacheControl.private !== undefined || cacheControl.noStore === true
  if (partition !== undefined && isPersonal) response.setHeader(PARTITION_HEADER, partition)

  const { cacheStatus } = exchange.trace
  if (cacheStatus === '') return
  const before = text(response, 'Cache-Status')
  const whole = before === undefined ? cacheStatus : `${before}, ${cacheStatus}`
  response.setHeader('Cache-Status', whole)
  if (serverTiming) writeServerTiming(response, whole)
}

/** The fields for this response, or `undefined` where what the handler wrote is to stand. */
function chooseHeaders(
  request: IncomingMessage,
  response: ServerResponse,
  { policy, groups, credentials }: Exchange,
  warn: (message: string) => void,
): PolicyHeaders | undefined {
  const setsCookie = response.hasHeader('Set-Cookie')
  const own = text(response, 'Cache-Control')
  if (policy === undefined) {
    if (own !== undefined) return undefined
    return credentials.wereRead || setsCookie ? NOT_STORED : ALWAYS_VALIDATED
  }
  const path = (request as { originalUrl?: string }).originalUrl?.split('?', 1)[0] ?? ''
  // A lifetime is meant for the answer, not for an error that stands in its place.
  if (!isLasting(response.statusCode)) return NOT_STORED
  const ownDirectives = parseCacheControl(own)
  if (ownDirectives.noStore) return NOT_STORED
  if (ownDirectives.private !== undefined && policy.kind !== 'private') return undefined
  if (setsCookie && policy.kind !== 'private' && policy.kind !== 'no-store') {
    warn(
      `${path} sets a cookie, so it left as \`private, no-store\` and not under its ${policy.kind} policy.`,
    )
    return NOT_STORED
  }
  if (policy.kind === 'immutable' && policy.hashedPath?.test(path) !== true) {
    warn(`${path} has no content hash in its name, so it left as \`no-cache\` and not as immutable.`)
    return ALWAYS_VALIDATED
  }
  return policyHeaders(policy, groups)
}

/** Success, "not modified", and moves that are for good. */
function isLasting(status: number): boolean {
  return (status >= 200 && status < 300) || status === 301 || status === 304 || status === 308
}

function text(response: ServerResponse, name: string): string | undefined {
  const value = response.getHeader(name)
  return value === undefined ? undefined : Array.isArray(value) ? value.join(', ') : String(value)
}
