import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { property } from '../test/support/property.ts'
import { parseNoVarySearch, searchKey } from './no-vary-search.ts'

const EXACT = { keyOrder: false, ignores: 'none', isObsoleteSyntax: false }

describe('parseNoVarySearch (draft-ietf-httpbis-no-vary-search-05)', () => {
  it.each([
    ['key-order', { keyOrder: true, ignores: 'none' }],
    ['key-order=?0', EXACT],
    ['params=("a" "b")', { keyOrder: false, ignores: { only: ['a', 'b'] } }],
    ['params=()', EXACT],
    ['except=("a")', { keyOrder: false, ignores: { except: ['a'] } }],
    ['except=()', { keyOrder: false, ignores: 'all' }],
    ['key-order, except=("a");x=1, other=5', { keyOrder: true, ignores: { except: ['a'] } }],
    ['params=("%C3%A9+%E6%B0%97")', { keyOrder: false, ignores: { only: ['\u00e9 \u6c17'] } }],
    ['params=("a&b=c%2b" "")', { keyOrder: false, ignores: { only: ['a&b=c+', ''] } }],
  ])('%s', (value, expected) => {
    expect(parseNoVarySearch(value)).toEqual({ isObsoleteSyntax: false, ...expected })
  })

  it.each([
    ['params', { keyOrder: false, ignores: 'all' }],
    ['params=?0', { keyOrder: false, ignores: 'none' }],
    ['key-order, params, except=("a")', { keyOrder: true, ignores: { except: ['a'] } }],
    ['params, except=()', { keyOrder: false, ignores: 'all' }],
  ])('%s, as older drafts had it', (value, expected) => {
    expect(parseNoVarySearch(value)).toEqual({ isObsoleteSyntax: true, ...expected })
  })

  it.each([
    [null],
    [''],
    ['unknown'],
    ['key-order="yes"'],
    ['key-order=(?1)'],
    ['params="a"'],
    ['params=(a)'],
    ['params=("a" 1)'],
    ['params=("a"), except=("b")'],
    ['params=(), except=()'],
    ['params=?0, except=("a")'],
    ['params, except="a"'],
    ['except=?1'],
    ['except=(a)'],
    ['key-order, params=('],
    ['key-order, \u00e9'],
  ])('%j means the exact query', (value) => {
    expect(parseNoVarySearch(value)).toEqual(EXACT)
  })
})

describe('searchKey', () => {
  const areEqual = (field: string, a: string, b: string) => {
    const rule = parseNoVarySearch(field)
    return searchKey(a, rule) === searchKey(b, rule)
  }

  it.each([
    ['key-order', '?a=1&b=2', '?b=2&a=1'],
    ['key-order', '', '?'],
    ['key-order', '?a=x', '?%61=%78'],
    ['key-order', '?a=\u00e9', '?a=%C3%A9'],
    ['key-order', '?a=%f6', '?a=%ef%bf%bd'],
    ['key-order', '?a=x&&&&', '?a=x'],
    ['key-order', '?a=', '?a'],
    ['key-order', '?a=%20', '?a=+'],
    ['params=("utm" "a b")', '?x=1&utm=2', '?utm=3&a+b&x=1&a%20b=2'],
    ['except=("id")', '?id=1&x', '?y&id=1'],
    ['except=()', '?id=1', ''],
  ])('%s: %j and %j are one', (field, a, b) => {
    expect(areEqual(field, a, b)).toBe(true)
  })

  it.each([
    ['', '?a=1&b=2', '?b=2&a=1'],
    ['', '?a', '?a='],
    ['key-order', '?a=1&a=2', '?a=2&a=1'],
    ['key-order', '?a=1', '?a=2'],
    ['key-order', '?a=b%26c=d', '?a=b&c=d'],
    ['params=("utm")', '?x=1&y=1', '?y=1&x=1'],
    ['params=("utm")', '?x=1', '?x=1&x=1'],
    ['params=("utm")', '?Utm=1', ''],
    ['params=("utm")', '?=', ''],
    ['except=("id")', '?id=1', '?id=2'],
  ])('%j: %j and %j are two', (field, a, b) => {
    expect(areEqual(field, a, b)).toBe(false)
  })
})

it('draft §6: keys are in the order of their code units, and the values of one key as they came', () => {
  const { keyOrder, ignores } = parseNoVarySearch('key-order')
  const search = '?b=1&\uff00=2&a=3&\u{1f600}=4&a=2&b=0&a=1'
  expect(decodeURIComponent(searchKey(search, { keyOrder, ignores }))).toBe(
    'a=3&a=2&a=1&b=1&b=0&\u{1f600}=4&\uff00=2',
  )
})

const key = fc.constantFrom<string[]>('a', 'b', 'utm', '', 'a b', '\u00e9', '\u{1f600}', '\uff00')
const pairs = fc.uniqueArray(fc.tuple(key, fc.string()), { selector: ([name]) => name })
const search = (list: readonly (readonly [string, string])[]) =>
  `?${new URLSearchParams(list.map(([name, text]) => [name, text]))}`

property(
  'key-order: parameters with different keys may stand in any order',
  [pairs, fc.nat()],
  (list, seed) => {
    const rule = parseNoVarySearch('key-order')
    const at = list.length === 0 ? 0 : seed % list.length
    const rotated = [...list.slice(at), ...list.slice(0, at)].reverse()
    expect(searchKey(search(rotated), rule)).toBe(searchKey(search(list), rule))
  },
)

property(
  'what is ignored can be added anywhere',
  [fc.array(fc.tuple(key, fc.string())), fc.string(), fc.nat()],
  (list, text, at) => {
    const rule = parseNoVarySearch('params=("ignored")')
    const longer = list.toSpliced(at % (list.length + 1), 0, ['ignored', text])
    expect(searchKey(search(longer), rule)).toBe(searchKey(search(list), rule))
  },
)

property(
  'two queries share a text only if their parameters are the same',
  [
    fc.array(fc.tuple(key, fc.string({ maxLength: 3 }))),
    fc.array(fc.tuple(key, fc.string({ maxLength: 3 }))),
  ],
  (a, b) => {
    const rule = parseNoVarySearch('params=("ignored")')
    const same = JSON.stringify(a) === JSON.stringify(b)
    expect(searchKey(search(a), rule) === searchKey(search(b), rule)).toBe(same)
  },
)

property(
  'never throws, whatever the bytes',
  [fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })],
  (field, query) => {
    expect(parseNoVarySearch(`params=("${field}")`)).toHaveProperty('keyOrder')
    const rule = parseNoVarySearch(field)
    expect(typeof searchKey(query, rule)).toBe('string')
    expect(typeof searchKey(query, { keyOrder: true, ignores: 'none' })).toBe('string')
  },
)
