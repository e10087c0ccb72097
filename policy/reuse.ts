import { type CacheControl, parseCacheControl } from './cache-control.ts'
import { type CacheType, type StoredResponse, currentAge, freshnessLifetime } from './freshness.ts'
import type { HeaderReader } from './header-reader.ts'
import type { RuleId } from './rules.ts'
import type { Profile } from './storability.ts'

export interface ReuseQuestion {
  readonly requestHeaders: HeaderReader
  /** A response stored under the same cache key, whose Vary has already been matched. */
  readonly stored: StoredResponse
  readonly nowMs: number
  readonly cacheType: CacheType
  /** @default 'safe' */
  readonly profile?: Profile
}

/** What every answer tells: age and time to live in seconds (negative once stale), and the rule that decided. */
export interface ReuseFacts {
  readonly age: number
  readonly ttl: number
  readonly rule: RuleId
}

export type ReuseDecision =
  /** Answer with it. */
  | (ReuseFacts & { readonly kind: 'fresh' })
  /** Answer with it and ask the origin in the background. */
  | (ReuseFacts & { readonly kind: 'stale-while-revalidate' })
  /** Ask the origin first. */
  | (ReuseFacts & {
      readonly kind: 'revalidate'
      /** On a network failure or a 500, 502, 503 or 504 the stored response may answer (RFC 5861 §4). */
      readonly staleIfError: boolean
      /** Nothing forbids a stale answer while disconnected (RFC 9111 §4.2.4). */
      readonly staleIfDisconnected: boolean
    })
  /** The client wants a stored response or none: 504 (RFC 9111 §5.2.1.7). */
  | (ReuseFacts & { readonly kind: 'unsatisfiable' })

/** Whether a stored response answers a request now (RFC 9111 §4, RFC 5861), and by which rule. */
export function decideReuse(question: ReuseQuestion): ReuseDecision {
  const { stored, nowMs, cacheType, profile = 'safe' } = question
  const request = requestDirectives(question.requestHeaders)
  const response = parseCacheControl(stored.headers.get('cache-control'))
  const age = currentAge(stored, nowMs)
  const ttl = freshnessLifetime(stored, cacheType, response).seconds - age

  const forbidsStale = mustNotServeStale(response, cacheType, profile)
  const staleness = -ttl
  const revalidate = (rule: RuleId): ReuseDecision => {
    // A response that is still fresh, revalidated only because the client asked, is no worse than a stale one.
    const within = staleness < 0 || staleness <= (response.staleIfError ?? request.staleIfError ?? -1)
    if (request.onlyIfCached) return { kind: 'unsatisfiable', age, ttl, rule: 'reuse-only-if-cached' }
    return {
      kind: 'revalidate',
      age,
      ttl,
      rule,
      staleIfError: within && !forbidsStale,
      staleIfDisconnected: !forbidsStale,
    }
  }

  // §5.2.2.4: the qualified form concerns some fields only; as the RFC notes, caches may take it for the other.
  if (response.noCache !== undefined) return revalidate('reuse-no-cache')
  if (request.noCache !== undefined) return revalidate('reuse-request-no-cache')
  if (request.maxAge !== undefined && age > request.maxAge) return revalidate('reuse-request-max-age')
  // `max-age=0` asks for validation even of what has just arrived.
  if (request.maxAge === 0) return revalidate('reuse-request-max-age')
  if (ttl > 0) {
    if (request.minFresh !== undefined && ttl < request.minFresh) return revalidate('reuse-request-min-fresh')
    return { kind: 'fresh', age, ttl, rule: 'reuse-fresh' }
  }
  if (forbidsStale) return revalidate('reuse-must-revalidate')
  if (request.minFresh === undefined && staleness <= (response.staleWhileRevalidate ?? -1)) {
    return { kind: 'stale-while-revalidate', age, ttl, rule: 'reuse-stale-while-revalidate' }
  }
  if (request.maxStale !== undefined && staleness <= request.maxStale) {
    return { kind: 'fresh', age, ttl, rule: 'reuse-request-max-stale' }
  }
  return revalidate('reuse-stale')
}

/** RFC 9111 §5.4: Pragma counts only where Cache-Control is absent. */
function requestDirectives(headers: HeaderReader): CacheControl {
  const cacheControl = headers.get('cache-control')
  if (cacheControl) return parseCacheControl(cacheControl)
  return /(?:^|[\s,])no-cache(?:$|[\s,])/i.test(headers.get('pragma') ?? '') ? { noCache: true } : {}
}

/** RFC 9111 §4.2.4: what rules out a stale answer, whatever RFC 5861 windows say. */
function mustNotServeStale(response: CacheControl, cacheType: CacheType, profile: Profile): boolean {
  if (response.mustRevalidate || response.noCache !== undefined) return true
  if (cacheType === 'private') return false
  // §5.2.2.10: s-maxage implies proxy-revalidate; site authors who write it beside
  // stale-while-revalidate mean the window, so `safe` lets them live together.
  const strictSharedAge =
    response.sMaxage !== undefined && (profile === 'rfc9111' || response.staleWhileRevalidate === undefined)
  return response.proxyRevalidate === true || strictSharedAge
}
