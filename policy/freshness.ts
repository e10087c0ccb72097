import {
  type CacheControl,
  MAX_DELTA_SECONDS,
  parseCacheControl,
  parseDeltaSeconds,
} from './cache-control.ts'
import type { HeaderReader } from './header-reader.ts'
import { parseHttpDate } from './http-date.ts'

/** Who is asking: one user's cache, or one that serves many (RFC 9111 §1). */
export type CacheType = 'private' | 'shared'

/** A stored response as the rules see it: both times are milliseconds since the epoch, by the storing machine's clock. */
export interface StoredResponse {
  readonly status: number
  readonly headers: HeaderReader
  readonly requestTimeMs: number
  readonly responseTimeMs: number
}

export interface FreshnessLifetime {
  readonly seconds: number
  readonly source: 's-maxage' | 'max-age' | 'expires' | 'heuristic' | 'none'
}

/** Status codes that RFC 9110 §15.1 lets a cache keep without explicit freshness. */
export const HEURISTICALLY_CACHEABLE: ReadonlySet<number> = new Set([
  200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501,
])

/** How long a response is fresh from the moment the origin made it (RFC 9111 §4.2.1). */
export function freshnessLifetime(
  response: { readonly status: number; readonly headers: HeaderReader },
  cacheType: CacheType,
  cacheControl: CacheControl = parseCacheControl(response.headers.get('cache-control')),
): FreshnessLifetime {
  if (cacheType === 'shared' && cacheControl.sMaxage !== undefined) {
    return { seconds: cacheControl.sMaxage, source: 's-maxage' }
  }
  if (cacheControl.maxAge !== undefined) return { seconds: cacheControl.maxAge, source: 'max-age' }
  const expires = response.headers.get('expires')
  const date = parseHttpDate(response.headers.get('date'))
  if (expires !== null && expires !== undefined) {
    // RFC 9111 §5.3: an invalid date, "0" above all, means already expired.
    const expiresMs = parseHttpDate(expires)
    const seconds = expiresMs === undefined || date === undefined ? 0 : Math.floor((expiresMs - date) / 1_000)
    return { seconds: Math.max(0, seconds), source: 'expires' }
  }
  const modified = parseHttpDate(response.headers.get('last-modified'))
  const mayGuess = HEURISTICALLY_CACHEABLE.has(response.status) || cacheControl.public === true
  if (mayGuess && modified !== undefined && date !== undefined && date > modified) {
    // RFC 9111 §4.2.2: a tenth of the time since the last change is the usual guess.
    return { seconds: Math.floor((date - modified) / 10_000), source: 'heuristic' }
  }
  return { seconds: 0, source: 'none' }
}

/** The age of a stored response in seconds (RFC 9111 §4.2.3), never below 0. */
export function currentAge(stored: StoredResponse, nowMs: number): number {
  const dateMs = parseHttpDate(stored.headers.get('date')) ?? stored.responseTimeMs
  const apparentAge = Math.max(0, stored.responseTimeMs - dateMs) / 1_000
  const responseDelay = Math.max(0, stored.responseTimeMs - stored.requestTimeMs) / 1_000
  const correctedAge = parseAge(stored.headers.get('age')) + responseDelay
  const residentTime = Math.max(0, nowMs - stored.responseTimeMs) / 1_000
  return Math.floor(Math.max(apparentAge, correctedAge) + residentTime)
}

/** RFC 9111 §5.1: of several values the first counts; what is no delta-seconds is ignored. */
function parseAge(value: string | null | undefined): number {
  const first = (value ?? '').split(',', 1)[0]?.trim()
  return Math.min(parseDeltaSeconds(first) ?? 0, MAX_DELTA_SECONDS)
}
