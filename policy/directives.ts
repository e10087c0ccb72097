import { type CacheControl, parseCacheControl } from './cache-control.ts'
import type { HeaderReader } from './header-reader.ts'
import type { RuleId } from './rules.ts'

/** The caching directives that count for one cache, and the field that they come from. */
export interface ResponseDirectives {
  readonly values: CacheControl
  /** Lower-case: `cache-control`, or the targeted field (RFC 9213) that replaces it and `Expires`. */
  readonly field: string
  readonly rule: RuleId
  /** The targeted field names no lifetime, and the `Cache-Control` that it replaces says `private`, `no-store` or `no-cache`. */
  readonly isSilent?: boolean
}

/** The directives of a response for a cache that no targeted field speaks to (RFC 9111 §5.2). */
export function readDirectives(headers: HeaderReader): ResponseDirectives {
  const values = parseCacheControl(headers.get('cache-control'))
  return { values, field: 'cache-control', rule: 'directives-cache-control' }
}
