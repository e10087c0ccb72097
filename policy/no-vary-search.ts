import { type InnerList, type Item, isInnerList, parseDictionary } from './structured-fields.ts'

/** Which part of a query tells responses apart: what a `No-Vary-Search` field says. */
export interface SearchRule {
  /** Parameters with different keys may stand in any order; those with the same key may not. */
  readonly keyOrder: boolean
  /** Keys that make no difference, decoded: none, all, only these, or all except these. */
  readonly ignores:
    | 'none'
    | 'all'
    | { readonly only: readonly string[] }
    | { readonly except: readonly string[] }
  /** It was written as in drafts before the fifth, with `params` as a boolean. Browsers of that time send and read it. */
  readonly isObsoleteSyntax: boolean
}

/** What counts where there is no field, or one that can't be read: the query as it stands. */
const EXACT: SearchRule = Object.freeze({ keyOrder: false, ignores: 'none', isObsoleteSyntax: false })

/** The urlencoded parser and serialiser of the URL Standard: every host of these rules has them, ES2023's types know none. */
declare const URLSearchParams: new (
  init: string | readonly (readonly [string, string])[],
) => Iterable<[string, string]> & { toString(): string }

/**
 * Reads `No-Vary-Search` (draft-ietf-httpbis-no-vary-search-05 §5): a dictionary of `key-order`, and either `params` or
 * `except` with a list of keys. Unknown members are passed over; any error in the three means the exact query. Never throws.
 */
export function parseNoVarySearch(value: string | null | undefined): SearchRule {
  const members = value ? parseDictionary(value) : undefined
  return (members && readRule(members)) ?? EXACT
}

type Members = ReadonlyMap<string, Item | InnerList>

function readRule(members: Members): SearchRule | undefined {
  const keyOrder = readBoolean(members, 'key-order')
  const flag = readBoolean(members, 'params')
  const params = readKeys(members, 'params')
  const except = readKeys(members, 'except')
  if (keyOrder === 'invalid' || except === 'invalid') return undefined
  const rule = (ignores: SearchRule['ignores']): SearchRule => ({
    keyOrder: keyOrder ?? false,
    ignores,
    isObsoleteSyntax: flag !== undefined && flag !== 'invalid',
  })
  if (flag !== 'invalid' && flag !== undefined) {
    // Before the fifth draft `except` stood beside `params`, which then had to be true.
    if (flag) return rule(ignoreAllBut(except ?? []))
    return except === undefined ? rule('none') : undefined
  }
  if (params === 'invalid') return undefined
  if (params === undefined) return rule(except === undefined ? 'none' : ignoreAllBut(except))
  if (except !== undefined) return undefined
  return rule(params.length > 0 ? { only: params } : 'none')
}

function ignoreAllBut(except: readonly string[]): SearchRule['ignores'] {
  return except.length > 0 ? { except } : 'all'
}

function readBoolean(members: Members, name: string): boolean | undefined | 'invalid' {
  const member = members.get(name)
  if (member === undefined) return undefined
  return !isInnerList(member) && typeof member[0] === 'boolean' ? member[0] : 'invalid'
}

function readKeys(members: Members, name: string): string[] | undefined | 'invalid' {
  const member = members.get(name)
  if (member === undefined) return undefined
  if (!isInnerList(member)) return 'invalid'
  const keys = member[0].map(([item]) => item)
  return keys.every((key) => typeof key === 'string') ? keys.map(decodeKey) : 'invalid'
}

/** Draft §5.3: `+` is a space, and percent-encoding is UTF-8. An ampersand separates nothing in a key. */
function decodeKey(key: string): string {
  const [pair] = new URLSearchParams(`key=${key.replaceAll('&', '%26')}`)
  return pair?.[1] ?? ''
}

/**
 * A text that two queries share if, and only if, their URLs are equivalent under the rule (draft §6), given that all
 * before the query is equal. Texts made under different rules say nothing about each other.
 *
 * @param search - the query with its `?`, as `URL.search` has it; empty where there is none.
 */
export function searchKey(search: string, rule: Pick<SearchRule, 'keyOrder' | 'ignores'>): string {
  const { keyOrder, ignores } = rule
  if (!keyOrder && ignores === 'none') return search
  const counts = countsUnder(ignores)
  const pairs = Array.from(new URLSearchParams(search)).filter(([key]) => counts(key))
  // Sorting is stable, so the values of one key keep their order. `<` compares code units, as the draft wants.
  if (keyOrder) pairs.sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
  return new URLSearchParams(pairs).toString()
}

function countsUnder(ignores: SearchRule['ignores']): (key: string) => boolean {
  if (ignores === 'none') return () => true
  if (ignores === 'all') return () => false
  const isOnly = 'only' in ignores
  const keys = new Set(isOnly ? ignores.only : ignores.except)
  return (key) => keys.has(key) !== isOnly
}
