import { parseCacheControl } from './cache-control.ts'
import { type CacheType, HEURISTICALLY_CACHEABLE } from './freshness.ts'
import type { HeaderReader } from './header-reader.ts'
import type { RuleId } from './rules.ts'
import { parseVary } from './vary.ts'

/** Whether the deviations that protect users are on (`safe`) or the letter of the RFC counts (`rfc9111`). */
export type Profile = 'safe' | 'rfc9111'

export interface StoreQuestion {
  readonly method: string
  readonly requestHeaders: HeaderReader
  readonly status: number
  readonly headers: HeaderReader
  readonly cacheType: CacheType
  /** @default 'safe' */
  readonly profile?: Profile
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
  const { method, requestHeaders, status, headers, cacheType, profile = 'safe' } = question
  const response = parseCacheControl(headers.get('cache-control'))
  const isShared = cacheType === 'shared'

  if (method.toUpperCase() !== 'GET') return 'store-method'
  if (status < 200 || status > 599 || status === 206 || status === 304) return 'store-status'
  if (parseCacheControl(requestHeaders.get('cache-control')).noStore) return 'store-request-no-store'
  if (response.mustUnderstand) {
    // RFC 9111 §5.2.2.3: a cache that knows the status code ignores the no-store beside must-understand.
    if (!HEURISTICALLY_CACHEABLE.has(status)) return 'store-must-understand'
  } else if (response.noStore) {
    return 'store-no-store'
  }
  if (isShared && response.private !== undefined) return 'store-private'
  const allowsShared = response.public ?? response.mustRevalidate ?? response.sMaxage !== undefined
  if (isShared && requestHeaders.get('authorization') && !allowsShared) return 'store-authorization'
  if (parseVary(headers.get('vary')) === '*') return 'store-vary-star'
  if (isShared && profile === 'safe' && headers.get('set-cookie')) return 'store-set-cookie'

  const hasBasis =
    response.public === true ||
    (response.private !== undefined && !isShared) ||
    headers.get('expires') ||
    response.maxAge !== undefined ||
    (isShared && response.sMaxage !== undefined) ||
    HEURISTICALLY_CACHEABLE.has(status)
  return hasBasis ? undefined : 'store-no-basis'
}
