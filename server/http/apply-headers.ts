import type { IncomingMessage, ServerResponse } from 'node:http'
import { LRUCache } from 'lru-cache'
import {
  ALWAYS_VALIDATED,
  type CacheControl,
  NOT_STORED,
  PARTITION_HEADER,
  type PolicyHeaders,
  type RoutePolicy,
  formatCacheGroups,
  mergeVary,
  parseCacheControl,
  policyHeaders,
} from '../../policy/index.ts'
import type { Exchange } from './exchange.ts'
import { UNKNOWN_PARTITION } from './partition-of.ts'
import { writeServerTiming } from './server-timing.ts'

const PRIVATELY_VALIDATED: PolicyHeaders = Object.freeze({
  'Cache-Control': 'private, no-cache',
  Vary: 'Cookie',
})

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
  const isPersonal = staysPrivate(chosen?.['Cache-Control'] ?? text(response, 'Cache-Control'))
  // Only where no shared cache keeps it, since the field belongs to one user.
  if (typeof partition === 'string' && (isPersonal || isUnsafe(request))) {
    response.setHeader(PARTITION_HEADER, partition)
  }
  if (!isPersonal && exchange.isWatchedByOthers) guardLateCookie(request, response, options)

  const { cacheStatus } = exchange.trace
  if (cacheStatus === '') return
  const before = text(response, 'Cache-Status')
  const whole = before === undefined ? cacheStatus : `${before}, ${cacheStatus}`
  response.setHeader('Cache-Status', whole)
  if (serverTiming) writeServerTiming(response, whole)
}

function writeFields(response: ServerResponse, chosen: PolicyHeaders, { policy, groups }: Exchange): void {
  const cdn = chosen['CDN-Cache-Control']
  response.setHeader('Cache-Control', chosen['Cache-Control'])
  if (cdn !== undefined) response.setHeader('CDN-Cache-Control', cdn)
  else response.removeHeader('CDN-Cache-Control')
  const isUnderPolicy = policy !== undefined && chosen === headersOf(policy)
  if (isUnderPolicy && groups.size > 0) response.setHeader('Cache-Groups', formatCacheGroups(groups))
  // Merged, never set: the handler, `cors` and `compression` have their own words in it.
  const { Vary } = chosen
  if (Vary !== undefined) response.setHeader('Vary', mergeVary(text(response, 'Vary'), Vary.split(', ')))
}

const knownHeaders = new WeakMap<RoutePolicy, PolicyHeaders>()

/** A policy's fields are the same for each response; only its groups are not. */
function headersOf(policy: RoutePolicy): PolicyHeaders {
  const known = knownHeaders.get(policy) ?? policyHeaders(policy)
  knownHeaders.set(policy, known)
  return known
}

/** The fields for this response, or `undefined` where what the handler wrote is to stand. */
function chooseHeaders(
  request: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange,
  { partition, warn }: ApplyOptions,
): PolicyHeaders | undefined {
  const { policy } = exchange
  const written = text(response, 'Cache-Control')
  const own = written === WRITTEN_BY_SEND ? undefined : written
  const ownDirectives = parseCacheControl(own)
  const setsCookie = response.hasHeader('Set-Cookie')
  if (policy === undefined) {
    if (own === undefined) return exchange.credentials.reads > 0 || setsCookie ? NOT_STORED : ALWAYS_VALIDATED
    if (!setsCookie || mustStayPrivate(ownDirectives) || ownDirectives.noCache !== undefined) return undefined
    warn(
      `${pathOf(request)} sets a cookie, so it left as \`private, no-store\` and not as ${JSON.stringify(own)}.`,
    )
    return NOT_STORED
  }
  // A lifetime is meant for the answer to a GET, not for an error that stands in its place.
  if (policy.kind === 'no-store' || !isLasting(response.statusCode) || isUnsafe(request)) return NOT_STORED
  if (ownDirectives.noStore) return NOT_STORED
  if (policy.kind === 'private') {
    if (partition === UNKNOWN_PARTITION) return NOT_STORED
    return ownDirectives.noCache === undefined ? headersOf(policy) : PRIVATELY_VALIDATED
  }
  if (ownDirectives.private !== undefined)
    return policy.kind === 'revalidate' ? PRIVATELY_VALIDATED : undefined
  if (setsCookie || exchange.readsOfRoute > 0) {
    const reason = setsCookie ? 'sets a cookie' : 'was made by looking at Cookie or Authorization'
    warn(
      `${pathOf(request)} ${reason}, so it left as \`private, no-store\` and not under its ${policy.kind} policy.`,
    )
    return NOT_STORED
  }
  const path = policy.kind === 'immutable' ? pathOf(request) : ''
  if (policy.kind === 'immutable' && !isHashed(path, policy.hashedPath)) {
    warn(`${path} has no content hash in its name, so it left as \`no-cache\` and not as immutable.`)
    return ALWAYS_VALIDATED
  }
  return ownDirectives.noCache === undefined ? headersOf(policy) : ALWAYS_VALIDATED
}

/** A session middleware in front of this one sets its cookie after these headers were decided. */
function guardLateCookie(request: IncomingMessage, response: ServerResponse, { warn }: ApplyOptions): void {
  for (const method of ['setHeader', 'appendHeader'] as const) {
    const original = response[method]
    response[method] = (name: string, value: string | readonly string[]) => {
      if (name.toLowerCase() === 'set-cookie') {
        warn(`${pathOf(request)} sets a cookie, so it left as \`private, no-store\`.`)
        response.removeHeader('CDN-Cache-Control')
        response.removeHeader('Cache-Groups')
        response.setHeader('Cache-Control', NOT_STORED['Cache-Control'])
      }
      return Reflect.apply(original, response, [name, value])
    }
  }
}

/** Whether a `Cache-Control` keeps a response out of all shared caches. Those of policies are read once. */
function staysPrivate(value: string | undefined): boolean {
  if (value === undefined) return false
  const known = knownToStayPrivate.get(value)
  if (known !== undefined) return known
  const isPrivate = mustStayPrivate(parseCacheControl(value))
  knownToStayPrivate.set(value, isPrivate)
  return isPrivate
}

/** Bounded: a handler may make up its own. */
const knownToStayPrivate = new LRUCache<string, boolean>({ max: 500 })

function mustStayPrivate({ noStore, private: isPrivate }: CacheControl): boolean {
  return noStore === true || isPrivate !== undefined
}

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
