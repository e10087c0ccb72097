import { parseEntityTags, weakMatch } from './entity-tags.ts'
import type { HeaderReader } from './header-reader.ts'
import { parseHttpDate } from './http-date.ts'
import { parseAnyHttpDate } from './obsolete-date.ts'

/** What preconditions are compared with. */
export interface StoredValidators {
  readonly status: number
  readonly headers: HeaderReader
  /** When the response arrived, in milliseconds since the epoch: stands for a `Date` that it lacks. */
  readonly responseTimeMs?: number
}

/**
 * Whether a cache that answers a GET or HEAD from a stored response sends the whole of it, or a 304, because the client
 * says that it has it already (RFC 9111 §4.3.2, RFC 9110 §13.2.2).
 *
 * Only a stored 200 is compared: preconditions ask about a representation, and a redirect or an error is none.
 * `If-Match` and `If-Unmodified-Since` are for the origin and are passed over; for `If-Range` see `decideRange`.
 */
export function evaluatePreconditions(
  requestHeaders: HeaderReader,
  stored: StoredValidators,
): 'proceed' | 'not-modified' {
  if (stored.status !== 200) return 'proceed'
  const noneMatch = requestHeaders.get('if-none-match')
  // RFC 9110 §13.1.3: where If-None-Match is present, even one that can't be read, If-Modified-Since is ignored.
  const hasIt =
    noneMatch === null || noneMatch === undefined
      ? isUnmodifiedSince(requestHeaders.get('if-modified-since'), stored)
      : matchesAny(noneMatch, stored.headers.get('etag'))
  return hasIt ? 'not-modified' : 'proceed'
}

/** RFC 9110 §13.1.2: `*` is met by any stored representation, tags by weak comparison. */
function matchesAny(noneMatch: string, etag: string | null | undefined): boolean {
  if (noneMatch.trim() === '*') return true
  const own = etag?.trim()
  return own !== undefined && parseEntityTags(noneMatch).some((tag) => weakMatch(tag, own))
}

/** RFC 9110 §13.1.3: what is no single date is ignored. RFC 9111 §4.3.2: Date, then the time of arrival, stand for Last-Modified. */
function isUnmodifiedSince(since: string | null | undefined, stored: StoredValidators): boolean {
  const { headers, responseTimeMs } = stored
  const dateMs = parseHttpDate(headers.get('date')) ?? responseTimeMs
  const modifiedMs = parseAnyHttpDate(headers.get('last-modified'), dateMs ?? 0) ?? dateMs
  if (!since || modifiedMs === undefined) return false
  const sinceMs = parseAnyHttpDate(since.trim(), modifiedMs)
  return sinceMs !== undefined && modifiedMs <= sinceMs
}

/**
 * The stored fields that a 304 made from them carries, in lower case.
 *
 * The first six are RFC 9110 §15.4.5's; `Last-Modified` joins them where there is no `ETag`. The others are no metadata of
 * the representation but speak to the caches and people on the way: `Age` (RFC 9111 §5.1), `Cache-Status` (RFC 9211),
 * `Cache-Groups` (RFC 9875), `No-Vary-Search`, and targeted fields, whose names end in `-cache-control` (RFC 9213 §2.1).
 * `Set-Cookie` is none of them: to a client that has the response already, a stored cookie would be an old one.
 */
export const NOT_MODIFIED_FIELDS: ReadonlySet<string> = new Set([
  'cache-control',
  'content-location',
  'date',
  'etag',
  'expires',
  'vary',
  'age',
  'cache-status',
  'cache-groups',
  'no-vary-search',
])

/** The fields of a 304 in place of a stored response (RFC 9110 §15.4.5), in their order; see `NOT_MODIFIED_FIELDS`. */
export function notModifiedHeaders(stored: Iterable<readonly [string, string]>): [string, string][] {
  const all = Array.from(stored, ([name, value]) => ({ name, value, key: name.toLowerCase() }))
  const hasEtag = all.some(({ key }) => key === 'etag')
  return all
    .filter(
      ({ key }) =>
        NOT_MODIFIED_FIELDS.has(key) ||
        key.endsWith('-cache-control') ||
        (key === 'last-modified' && !hasEtag),
    )
    .map(({ name, value }) => [name, value])
}
