import { parseCacheControl } from './cache-control.ts'
import type { Exchange } from './exchange.ts'
import type { CacheType, FreshnessLifetime } from './freshness.ts'
import type { ReuseDecision } from './reuse.ts'
import { formatSeconds, secondsLeft } from './time-span.ts'
import type { Timeline } from './timeline.ts'

/** How long a response is fresh, and by what. */
export function lifetimeText({ seconds, source }: FreshnessLifetime): string {
  const span = formatSeconds(seconds)
  switch (source) {
    case 's-maxage':
    case 'max-age':
      return `It is fresh for ${span}, by ${source}.`
    case 'expires':
      return seconds > 0
        ? `It is fresh for ${span}, from its Date to its Expires.`
        : 'Its Expires is no date, or no later than its Date: it was never fresh.'
    case 'heuristic':
      return `Nothing says how long it is fresh. A tenth of its age at its Last-Modified, a day at most, is the guess: ${span}.`
    default:
      return 'Nothing says how long it is fresh, so it is stale at once.'
  }
}

/** How old it is now, and what that leaves. */
export function ageText({ age, ttl }: ReuseDecision): string {
  const old = `It is ${formatSeconds(age)} old`
  if (ttl > 0) return `${old}, which leaves ${formatSeconds(ttl)}.`
  return ttl === 0 ? `${old}: stale from now on.` : `${old}: stale for ${formatSeconds(-ttl)}.`
}

/** What becomes of the same request now. */
export function reuseText({ rule, age, ttl }: ReuseDecision, { request }: Exchange): string {
  const wants = parseCacheControl(request.headers.get('cache-control'))
  switch (rule) {
    case 'reuse-fresh':
      return 'The same request is answered from it, without asking the server.'
    case 'reuse-no-cache':
      return 'no-cache: the server is asked before each use.'
    case 'reuse-request-no-cache':
      return 'The request says no-cache, so the server is asked, however fresh this is.'
    case 'reuse-request-max-age':
      return `The request wants nothing older than ${wants.maxAge} s, and this is ${age} s old: the server is asked.`
    case 'reuse-request-min-fresh':
      return `The request wants ${wants.minFresh} s of freshness, and this has ${Math.max(0, ttl)} s: the server is asked.`
    case 'reuse-request-max-stale':
      return wants.maxStale === Number.POSITIVE_INFINITY
        ? 'The request takes it however stale: it is answered from the cache.'
        : `The request takes what is stale for up to ${wants.maxStale} s: it is answered from the cache.`
    case 'reuse-only-if-cached':
      return 'The request wants a stored response or none, and this one would have to be validated: 504.'
    case 'reuse-stale-while-revalidate':
      return 'Stale, it answers the same request at once, and a new one is fetched behind it.'
    case 'reuse-must-revalidate':
      return 'must-revalidate, proxy-revalidate or s-maxage forbids a stale answer: the server is asked first.'
    default:
      return 'It is stale, so the server is asked before it is used.'
  }
}

/** Until when it answers stale while a new one is fetched. */
export function refreshedText(
  { freshUntilMs, staleWhileRevalidateUntilMs }: Timeline,
  cacheType: CacheType,
  nowMs: number,
): string {
  const left = formatSeconds(secondsLeft(staleWhileRevalidateUntilMs ?? 0, nowMs))
  const after = (freshUntilMs ?? 0) > nowMs ? 'Once stale, it' : 'It'
  const where =
    cacheType === 'shared' ? '' : ': in the service worker, and in browsers that know stale-while-revalidate'
  return `${after} still answers while a new one is fetched behind it, until ${left} from now${where}.`
}

/** Until when it stands in for a failure. */
export function errorsText({ staleIfErrorUntilMs }: Timeline, cacheType: CacheType, nowMs: number): string {
  const left = formatSeconds(secondsLeft(staleIfErrorUntilMs ?? 0, nowMs))
  return cacheType === 'shared'
    ? `It stands in for a 500, 502, 503 or 504 of the server until ${left} from now.`
    : `In the service worker it stands in for a 500, 502, 503 or 504, or for a network that gives no answer, until ${left} from now. A browser's own cache never does that.`
}
