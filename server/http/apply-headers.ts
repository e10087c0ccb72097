import type { IncomingMessage, ServerResponse } from 'node:http'
import { LRUCache } from 'lru-cache'
import {
  type CacheControl,
  PARTITION_HEADER,
  formatCacheGroups,
  mergeVary,
  parseCacheControl,
} from '../../policy/index.ts'
import type { Exchange } from './exchange.ts'
import { UNKNOWN_PARTITION } from './partition-of.ts'
import {
  LEFT_PRIVATELY_VALIDATED,
  LEFT_UNSTORED,
  LEFT_VALIDATED,
  type PreparedHeaders,
  keepsPrivate,
} from './prepared-headers.ts'
import { writeServerTiming } from './server-timing.ts'
import { warnOfUnnamedGroups } from './unnamed-groups.ts'

export interface ApplyOptions {
  readonly partition: string | typeof UNKNOWN_PARTITION | undefined
  readonly serverTiming: boolean
  readonly warn: (message: string) => void
}

/** `send`, beneath `res.sendFile` and `express.static`, writes this of its own accord: nobody has said it. */
const WRITTEN_BY_SEND = 'public, max-age=0'

/** The most characters of a path that are looked at or repeated: a visitor makes it as long as the server takes. */
const LONGEST_PATH = 512

/** Writes everything that caches are told about a response, at the moment its headers leave. */
export function applyHeaders(
  request: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange,
  options: ApplyOptions,
): void {
  const { partition, serverTiming } = options
  const chosen = chooseHeaders(request, response, exchange, options)
  if (chosen !== undefined) writeFields(response, chosen, exchange)
  if (chosen !== undefined && chosen === exchange.route?.headers)
    warnOfUnnamedGroups(request, response, exchange, options.warn)
  const isPersonal = chosen === undefined ? staysPrivate(text(response, 'Cache-Control')) : chosen.isPersonal
  // Only where no shared cache keeps it, since the field belongs to one user.
  if (typeof partition === 'string' && (isPersonal || isUnsafe(request))) {
    response.setHeader(PARTITION_HEADER, partition)
  }
  if (!isPersonal && exchange.isWatchedByOthers) guardLateCookie(request, response, options)

  const { cacheStatus } = exchange
  if (cacheStatus === '') return
  const before = text(response, 'Cache-Status')
  const whole = before === undefined ? cacheStatus : `${before}, ${cacheStatus}`
  response.setHeader('Cache-Status', whole)
  if (serverTiming) writeServerTiming(response, whole)
}

function writeFields(response: ServerResponse, chosen: PreparedHeaders, { route, groups }: Exchange): void {
  const { cacheControl, cdn, vary } = chosen
  response.setHeader('Cache-Control', cacheControl)
  if (cdn !== undefined) response.setHeader('CDN-Cache-Control', cdn)
  else response.removeHeader('CDN-Cache-Control')
  if (groups.size > 0 && chosen === route?.headers)
    response.setHeader('Cache-Groups', formatCacheGroups(groups))
  // Merged, never set: the handler, `cors` and `compression` have their own words in it.
  if (vary.length > 0) response.setHeader('Vary', mergeVary(text(response, 'Vary'), vary))
}

/** The fields for this response, or `undefined` where what the handler wrote is to stand. */
function chooseHeaders(
  request: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange,
  { partition, warn }: ApplyOptions,
): PreparedHeaders | undefined {
  const { route } = exchange
  const written = text(response, 'Cache-Control')
  const own = written === WRITTEN_BY_SEND ? undefined : written
  const ownDirectives = own === undefined ? NONE : parseCacheControl(own)
  const setsCookie = response.hasHeader('Set-Cookie')
  if (route === undefined) {
    if (own === undefined)
      return exchange.credentials.reads > 0 || setsCookie ? LEFT_UNSTORED : LEFT_VALIDATED
    if (!setsCookie || staysPrivate(own) || ownDirectives.noCache !== undefined) return undefined
    warn(
      `${pathOf(request)} sets a cookie, so it left as \`private, no-store\` and not as ${JSON.stringify(own)}.`,
    )
    return LEFT_UNSTORED
  }
  const { policy, headers } = route
  // A lifetime is meant for the answer to a GET, not for an error that stands in its place.
  if (policy.kind === 'no-store' || !isLasting(response.statusCode) || isUnsafe(request)) return LEFT_UNSTORED
  if (ownDirectives.noStore) return LEFT_UNSTORED
  if (policy.kind === 'private') {
    if (partition === UNKNOWN_PARTITION) return LEFT_UNSTORED
    return ownDirectives.noCache === undefined ? headers : LEFT_PRIVATELY_VALIDATED
  }
  if (ownDirectives.private !== undefined)
    return policy.kind === 'revalidate' ? LEFT_PRIVATELY_VALIDATED : undefined
  if (setsCookie || exchange.readsOfRoute > 0) {
    const reason = setsCookie ? 'sets a cookie' : 'was made by looking at Cookie or Authorization'
    warn(
      `${pathOf(request)} ${reason}, so it left as \`private, no-store\` and not under its ${policy.kind} policy.`,
    )
    return LEFT_UNSTORED
  }
  const path = policy.kind === 'immutable' ? pathOf(request) : ''
  if (policy.kind === 'immutable' && !isHashed(path, policy.hashedPath)) {
    warn(`${path} has no content hash in its name, so it left as \`no-cache\` and not as immutable.`)
    return LEFT_VALIDATED
  }
  return ownDirectives.noCache === undefined ? headers : LEFT_VALIDATED
}

/** What is read in a field that is not there. */
const NONE: CacheControl = Object.freeze({})

/** A session middleware in front of this one sets its cookie after these headers were decided. */
function guardLateCookie(request: IncomingMessage, response: ServerResponse, { warn }: ApplyOptions): void {
  for (const method of ['setHeader', 'appendHeader'] as const) {
    const original = response[method]
    response[method] = (name: string, value: string | readonly string[]) => {
      if (name.toLowerCase() === 'set-cookie') {
        warn(`${pathOf(request)} sets a cookie, so it left as \`private, no-store\`.`)
        response.removeHeader('CDN-Cache-Control')
        response.removeHeader('Cache-Groups')
        response.setHeader('Cache-Control', LEFT_UNSTORED.cacheControl)
      }
      return Reflect.apply(original, response, [name, value])
    }
  }
}

/** Whether what a handler wrote keeps its response out of all shared caches. Handlers write the same again and again. */
function staysPrivate(value: string | undefined): boolean {
  if (value === undefined) return false
  const known = knownToStayPrivate.get(value)
  if (known !== undefined) return known
  const isPrivate = keepsPrivate(value)
  knownToStayPrivate.set(value, isPrivate)
  return isPrivate
}

/** Bounded: a handler may make up its own. */
const knownToStayPrivate = new LRUCache<string, boolean>({ max: 500 })

function isHashed(path: string, pattern: RegExp | undefined): boolean {
  return path.length <= LONGEST_PATH && pattern?.test(path) === true
}

function pathOf(request: IncomingMessage): string {
  const path = (request as { originalUrl?: string }).originalUrl ?? request.url ?? ''
  return path.split('?', 1)[0]?.slice(0, LONGEST_PATH + 1) ?? ''
}

function isUnsafe({ method }: IncomingMessage): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

/** Success, "not modified", and moves that are for good. */
function isLasting(status: number): boolean {
  return (status >= 200 && status < 300) || status === 301 || status === 304 || status === 308
}

function text(response: ServerResponse, name: string): string | undefined {
  const value = response.getHeader(name)
  return value === undefined ? undefined : Array.isArray(value) ? value.join(', ') : String(value)
}
