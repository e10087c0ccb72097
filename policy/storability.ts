import { parseCacheControl } from './cache-control.ts'
import { type ResponseDirectives, readDirectives } from './directives.ts'
import { type CacheType, HEURISTICALLY_CACHEABLE } from './freshness.ts'
import type { HeaderReader } from './header-reader.ts'
import { type Profile, type ProfileRules, profileRules } from './profile.ts'
import type { RuleId } from './rules.ts'
import { parseVary } from './vary.ts'

export interface StoreQuestion {
  readonly method: string
  readonly requestHeaders: HeaderReader
  readonly status: number
  readonly headers: HeaderReader
  readonly cacheType: CacheType
  /** @default 'safe' */
  readonly profile?: Profile | ProfileRules
  /** What the response says to this cache. @default what its `Cache-Control` says */
  readonly directives?: ResponseDirectives
}

export type StoreDecision =
  | { readonly store: true; readonly rule: RuleId }
  | { readonly store: false; readonly rule: RuleId }

/** Whether a cache may keep a response (RFC 9111 §3), and by which rule. */
export function decideStore(question: StoreQuestion): StoreDecision {
  const rule = findObstacle(question)
  return rule === undefined ? { store: true, rule: 'store-allowed' } : { store: false, rule }
}

function findObstacle(question: StoreQuestion): RuleId | undefined {
  const {
    method,
    requestHeaders,
    status,
    headers,
    cacheType,
    directives = readDirectives(headers),
  } = question
  const response = directives.values
  const isShared = cacheType === 'shared'
  const rules = profileRules(question.profile)

  if (method.toUpperCase() !== 'GET') return 'store-method'
  // RFC 9110 §15.5.17: 416 answers the range that was asked for, and says nothing of the whole.
  if (status < 200 || status > 599 || [206, 304, 416].includes(status)) return 'store-status'
  if (parseCacheControl(requestHeaders.get('cache-control')).noStore) return 'store-request-no-store'
  if (response.mustUnderstand) {
    // RFC 9111 §5.2.2.3: a cache that knows the status code ignores the no-store beside must-understand.
    if (!HEURISTICALLY_CACHEABLE.has(status)) return 'store-must-understand'
  } else if (response.noStore) {
    return 'store-no-store'
  }
  if (isShared && response.private) return 'store-private'
  if (directives.isSilent && !rules.storesForSilentTarget) return 'store-targeted-silent'
  const isForAll = response.public || (isShared && response.sMaxage !== undefined)
  const liftsAuthorization = isForAll || (rules.storesForAuthorization && response.mustRevalidate)
  if (isShared && !liftsAuthorization && requestHeaders.get('authorization')) return 'store-authorization'
  if (parseVary(headers.get('vary')) === '*') return 'store-vary-star'
  if (isShared && !rules.storesSetCookie && headers.get('set-cookie')) return 'store-set-cookie'
  const isMeantForCaches = isForAll || (directives.field !== 'cache-control' && response.maxAge !== undefined)
  if (isShared && !rules.storesForCookie && !isMeantForCaches && requestHeaders.get('cookie')) {
    return 'store-cookie-request'
  }

  const hasBasis =
    isForAll ||
    response.private ||
    (directives.field === 'cache-control' && headers.get('expires')) ||
    response.maxAge !== undefined ||
    HEURISTICALLY_CACHEABLE.has(status)
  return hasBasis ? undefined : 'store-no-basis'
}
