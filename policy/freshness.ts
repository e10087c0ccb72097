import { parseDeltaSeconds } from './cache-control.ts'
import { type ResponseDirectives, readDirectives } from './directives.ts'
import type { HeaderReader } from './header-reader.ts'
import { parseAnyHttpDate } from './obsolete-date.ts'

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

/** What the rules read in a stored response, read once; all of it holds for as long as the response is stored. */
export interface Assessment {
  readonly directives: ResponseDirectives
  readonly lifetime: FreshnessLifetime
  /** `corrected_initial_age` (RFC 9111 §4.2.3) in milliseconds. */
  readonly initialAgeMs: number
  readonly responseTimeMs: number
}

/** Status codes that RFC 9110 §15.1 lets a cache keep without explicit freshness. */
export const HEURISTICALLY_CACHEABLE: ReadonlySet<number> = new Set([
  200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501,
])

/** Reads a stored response for a cache of that type. */
export function assess(
  stored: StoredResponse,
  cacheType: CacheType,
  directives: ResponseDirectives = readDirectives(stored.headers),
): Assessment {
  const { responseTimeMs } = stored
  const lifetime = freshnessLifetime(stored, cacheType, directives)
  return { directives, lifetime, initialAgeMs: initialAge(stored), responseTimeMs }
}

/** How long a response is fresh from the moment the origin made it (RFC 9111 §4.2.1). */
export function freshnessLifetime(
  response: Pick<StoredResponse, 'status' | 'headers'> & { readonly responseTimeMs?: number },
  cacheType: CacheType,
  directives: ResponseDirectives = readDirectives(response.headers),
): FreshnessLifetime {
  const { sMaxage, maxAge, public: isPublic } = directives.values
  if (cacheType === 'shared' && sMaxage !== undefined) {
    return { seconds: sMaxage, source: 's-maxage' }
  }
  if (maxAge !== undefined) return { seconds: maxAge, source: 'max-age' }
  const expires = directives.field === 'cache-control' ? response.headers.get('expires') : undefined
  // RFC 9110 §6.6.1: where the origin sent no Date, the time at which its answer arrived stands for it.
  const { responseTimeMs } = response
  const date = readDate(response.headers, 'date', responseTimeMs) ?? responseTimeMs
  if (expires !== null && expires !== undefined) {
    // RFC 9111 §5.3: an invalid date, "0" above all, means already expired.
    const expiresMs = readDate(response.headers, 'expires', date)
    const seconds = expiresMs === undefined || date === undefined ? 0 : Math.floor((expiresMs - date) / 1_000)
    return { seconds: Math.max(0, seconds), source: 'expires' }
  }
  const modified = readDate(response.headers, 'last-modified', date)
  const mayGuess = HEURISTICALLY_CACHEABLE.has(response.status) || isPublic
  if (mayGuess && modified !== undefined && date !== undefined && date > modified) {
    // RFC 9111 §4.2.2: a tenth of the time since the last change is the usual guess. Of a page that has not changed for
    // years that would be months, so it is a day at most.
    const seconds = Math.min(86_400, Math.floor((date - modified) / 10_000))
    return { seconds, source: 'heuristic' }
  }
  return { seconds: 0, source: 'none' }
}

/** The age of a stored response in whole seconds (RFC 9111 §4.2.3), never below 0. */
export function currentAge(stored: StoredResponse | Assessment, nowMs: number): number {
  const initialAgeMs = 'initialAgeMs' in stored ? stored.initialAgeMs : initialAge(stored)
  const residentMs = Math.max(0, nowMs - stored.responseTimeMs)
  return Math.floor((initialAgeMs + residentMs) / 1_000)
}

function initialAge(stored: StoredResponse): number {
  const dateMs = readDate(stored.headers, 'date', stored.responseTimeMs) ?? stored.responseTimeMs
  const apparentAgeMs = Math.max(0, stored.responseTimeMs - dateMs)
  const responseDelayMs = Math.max(0, stored.responseTimeMs - stored.requestTimeMs)
  return Math.max(apparentAgeMs, parseAge(stored.headers.get('age')) * 1_000 + responseDelayMs)
}

function readDate(headers: HeaderReader, name: string, nearMs = 0): number | undefined {
  return parseAnyHttpDate(headers.get(name), nearMs)
}

/** RFC 9111 §5.1: of several values the first counts; what is no delta-seconds is ignored. */
function parseAge(value: string | null | undefined): number {
  const first = (value ?? '').split(',', 1)[0]?.trim()
  return parseDeltaSeconds(first) ?? 0
}
