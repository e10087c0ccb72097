import type { HeaderReader } from './header-reader.ts'
import { normaliseList } from './list-members.ts'

/** The request fields that a response was selected by, lower-case, sorted and without repeats; `'*'` where none can match. */
export function parseVary(value: string | null | undefined): readonly string[] | '*' {
  const names = (value ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean)
  // RFC 9110 §12.5.5: a list with "*" anywhere in it never matches.
  if (names.includes('*')) return '*'
  return [...new Set(names)].sort()
}

/**
 * What tells the variants of one URL apart: the values that the request has for the fields its response varies on.
 * Two requests with equal keys match as RFC 9111 §4.1 defines; an absent field matches only an absent one.
 *
 * @param normalise - makes one text of values that mean the same (RFC 9111 §4.1). Default: white space around members is
 * dropped. A shared cache gives `normaliseField`, which knows what `Accept-Encoding` and its like mean.
 */
export function variantKey(
  vary: readonly string[],
  requestHeaders: HeaderReader,
  normalise: (name: string, value: string) => string = (_, value) => normaliseList(value),
): string {
  const pairs = vary.map((name) => {
    const value = requestHeaders.get(name)
    return [name, value === null || value === undefined ? null : normalise(name, value)]
  })
  return pairs.length === 0 ? '' : JSON.stringify(pairs)
}

/** Adds field names to a `Vary` value: what was there stays as it was written, nothing is listed twice. */
export function mergeVary(existing: string | null | undefined, added: readonly string[]): string {
  const present = parseVary(existing)
  if (present === '*' || added.includes('*')) return '*'
  const missing = added.filter((name) => !present.includes(name.toLowerCase()))
  return [...(existing ? [existing.trim()] : []), ...new Set(missing)].join(', ')
}
