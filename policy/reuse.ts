import { type CacheControl, parseCacheControl } from './cache-control.ts'
import { type Assessment, type CacheType, currentAge } from './freshness.ts'
import type { HeaderReader } from './header-reader.ts'
import { type Profile, type ProfileRules, profileRules } from './profile.ts'
import type { RuleId } from './rules.ts'

export interface ReuseQuestion {
  readonly requestHeaders: HeaderReader
  /** A response stored under the same cache key, whose Vary has already been matched; see `assess`. */
  readonly stored: Assessment
  readonly nowMs: number
  readonly cacheType: CacheType
  /** @default 'safe' */
  readonly profile?: Profile | ProfileRules
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
  const { stored, nowMs, cacheType } = question
  const rules = profileRules(question.profile)
  const request = requestDirectives(question.requestHeaders)
  const response = stored.directives.values
  const age = currentAge(stored, nowMs)
  const ttl = stored.lifetime.seconds - age

  const forbidsStale = mustNotServeStale(response, cacheType, rules)
  const staleness = -ttl
  const revalidate = (rule: RuleId): ReuseDecision => {
    // A response that is still fresh (below 0), revalidated only because somebody asked, is no worse than a stale one.
    const within = staleness <= (response.staleIfError ?? request.staleIfError ?? -1)
    if (request.onlyIfCached) return { kind: 'unsatisfiable', age, ttl, rule: 'reuse-only-if-cached' }
    const staleIfError = within && !forbidsStale
    return { kind: 'revalidate', age, ttl, rule, staleIfError, staleIfDisconnected: !forbidsStale }
  }

  // §5.2.2.4: the qualified form concerns some fields only; as the RFC notes, caches may take it for the other.
  if (response.noCache !== undefined) return revalidate('reuse-no-cache')
  const obeysReload = cacheType === 'private' || rules.obeysReload
  const unwanted = obeysReload ? reloadRule(request, age, ttl) : undefined
  if (unwanted !== undefined) return revalidate(unwanted)
  if (ttl > 0) return { kind: 'fresh', age, ttl, rule: 'reuse-fresh' }
  if (forbidsStale) return revalidate('reuse-must-revalidate')
  // A window of 0 is none, also in the second in which the response expires.
  if (staleness <= (response.staleWhileRevalidate || -1)) {
    return { kind: 'stale-while-revalidate', age, ttl, rule: 'reuse-stale-while-revalidate' }
  }
  if (staleness <= (request.maxStale ?? -1)) {
    return { kind: 'fresh', age, ttl, rule: 'reuse-request-max-stale' }
  }
  return revalidate('reuse-stale')
}

/** Why a client would not have a response that is good enough otherwise. */
function reloadRule(request: CacheControl, age: number, ttl: number): RuleId | undefined {
  if (request.noCache !== undefined) return 'reuse-request-no-cache'
  // `max-age=0` asks for validation even of what has just arrived.
  const { maxAge = Number.POSITIVE_INFINITY, minFresh = Number.NEGATIVE_INFINITY } = request
  if (age > maxAge || maxAge === 0) return 'reuse-request-max-age'
  return ttl < minFresh ? 'reuse-request-min-fresh' : undefined
}

/** RFC 9111 §5.4: Pragma counts only where Cache-Control is absent. */
function requestDirectives(headers: HeaderReader): CacheControl {
  const cacheControl = headers.get('cache-control')
  if (cacheControl) return parseCacheControl(cacheControl)
  return /(?:^|[\s,])no-cache(?:$|[\s,])/i.test(headers.get('pragma') ?? '') ? { noCache: true } : {}
}

/** RFC 9111 §4.2.4: what rules out a stale answer, whatever RFC 5861 windows say. */
function mustNotServeStale(response: CacheControl, cacheType: CacheType, rules: ProfileRules): boolean {
  if (response.mustRevalidate || response.noCache !== undefined) return true
  if (cacheType === 'private') return false
  // §5.2.2.10: s-maxage implies proxy-revalidate; site authors who write it beside
  // stale-while-revalidate or stale-if-error mean the window, so `safe` lets them live together.
  const hasWindow = response.staleWhileRevalidate !== undefined || response.staleIfError !== undefined
  const isStrict = rules.sMaxageForbidsStale || !hasWindow
  return response.proxyRevalidate === true || (response.sMaxage !== undefined && isStrict)
}
