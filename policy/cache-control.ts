/** The directives of a `Cache-Control` field (RFC 9111 §5.2), all numbers in seconds; absent directives are absent. */
export interface CacheControl {
  maxAge?: number
  sMaxage?: number
  staleWhileRevalidate?: number
  staleIfError?: number
  /** Request only; `Infinity` for a bare `max-stale`. */
  maxStale?: number
  minFresh?: number
  noStore?: true
  /** `true`, or the field names of the qualified form. */
  noCache?: true | readonly string[]
  private?: true | readonly string[]
  public?: true
  mustRevalidate?: true
  proxyRevalidate?: true
  mustUnderstand?: true
  noTransform?: true
  onlyIfCached?: true
  immutable?: true
}

type Kind = 'flag' | 'seconds' | 'fields'
export type Directive = { readonly key: keyof CacheControl; readonly kind: Kind }

const KINDS: readonly (readonly [name: string, kind: Kind])[] = [
  ['public', 'flag'],
  ['private', 'fields'],
  ['no-cache', 'fields'],
  ['no-store', 'flag'],
  ['max-age', 'seconds'],
  ['s-maxage', 'seconds'],
  ['max-stale', 'seconds'],
  ['min-fresh', 'seconds'],
  ['stale-while-revalidate', 'seconds'],
  ['stale-if-error', 'seconds'],
  ['must-revalidate', 'flag'],
  ['proxy-revalidate', 'flag'],
  ['must-understand', 'flag'],
  ['no-transform', 'flag'],
  ['only-if-cached', 'flag'],
  ['immutable', 'flag'],
]

/** The directives that are read, in the order in which `formatCacheControl` writes them; each key is the name in camel case. */
export const DIRECTIVES: ReadonlyMap<string, Directive> = new Map(
  KINDS.map(([name, kind]) => [name, { key: keyOf(name), kind }]),
)

function keyOf(name: string): keyof CacheControl {
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase()) as keyof CacheControl
}

/** RFC 9111 §1.2.2: a recipient saturates delta-seconds at 2^31. */
export const MAX_DELTA_SECONDS = 2_147_483_648

// A member that does not begin with a token is passed over, so that it can't hide a `no-store` behind it.
const ITEM = /[\s,]*(?:([!#$%&'*+.^`|~\w-]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?)?([^,]*)/gy
const FORBIDDING = /private|no-cache|no-store/g

/**
 * Reads a `Cache-Control` value (several field lines joined by commas). Never throws.
 *
 * Names are case-insensitive; both token and quoted arguments are read (RFC 9111 §5.2); of a repeated directive the
 * first counts (§4.2.1); a lifetime that is no delta-seconds counts as 0, so that what can't be understood is stale. In what
 * is left over of a malformed member, such as `max-age=60 private`, the directives that forbid count.
 */
export function parseCacheControl(value: string | null | undefined): CacheControl {
  const result: { -readonly [K in keyof CacheControl]: unknown } = {}
  if (!value) return result as CacheControl
  for (const [, name = '', quoted, token, rest = ''] of value.matchAll(ITEM)) {
    const directive = DIRECTIVES.get(name.toLowerCase())
    if (directive !== undefined) {
      const argument = readArgument(directive, quoted?.replaceAll(/\\(.)/g, '$1') ?? token)
      // The unqualified form of `private` and `no-cache` says more than a qualified one before it.
      const isWider = directive.kind === 'fields' && argument === true
      if (isWider || !(directive.key in result)) result[directive.key] = argument
    }
    for (const stray of rest.toLowerCase().match(FORBIDDING) ?? []) result[keyOf(stray)] = true
  }
  return result as CacheControl
}

function readArgument(directive: Directive, argument: string | undefined): unknown {
  if (directive.kind === 'flag') return true
  if (directive.kind === 'fields') {
    const names = (argument ?? '')
      .toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean)
    return names.length > 0 ? names : true
  }
  // RFC 9111 §5.2.1.2: a bare max-stale accepts a stale response of any age.
  if (argument === undefined && directive.key === 'maxStale') return Number.POSITIVE_INFINITY
  return parseDeltaSeconds(argument) ?? 0
}

/** Delta-seconds (RFC 9111 §1.2.2), saturated at 2^31; `undefined` where the text is none. */
export function parseDeltaSeconds(text: string | null | undefined): number | undefined {
  if (!text || !/^\d+$/.test(text)) return undefined
  return Math.min(Number(text), MAX_DELTA_SECONDS)
}

/** Writes directives as a `Cache-Control` (or targeted field) value, always in the same order. */
export function formatCacheControl(directives: CacheControl): string {
  const parts: string[] = []
  for (const [name, { key, kind }] of DIRECTIVES) {
    const value = directives[key]
    if (value === undefined) continue
    if (value === true || value === Number.POSITIVE_INFINITY) parts.push(name)
    else if (kind === 'fields') parts.push(`${name}="${(value as readonly string[]).join(', ')}"`)
    else parts.push(`${name}=${String(value)}`)
  }
  return parts.join(', ')
}
