import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { property } from '../test/support/property.ts'
import { splitOutsideQuotes } from './list-members.ts'
import { normaliseField } from './negotiated-fields.ts'
import { variantKey } from './vary.ts'

describe('a field of unknown meaning', () => {
  it.each([
    [' 1,2 ', '1, 2'],
    ['a   b,\t c,,', 'a b, c'],
    ['b, a', 'b, a'],
    ['A, a, A', 'A, a, A'],
    ['x="a,  b" ,c', 'x="a,  b", c'],
    [String.raw`"a\",  b", c`, String.raw`"a\",  b", c`],
    ['"open,  b', '"open,  b'],
    ['caf\u00c3\u00a0  x', 'caf\u00c3\u00a0 x'],
    ['', ''],
  ])('%j reads %j', (value, expected) => {
    expect(normaliseField('X-A', value)).toBe(expected)
  })
})

describe('negotiated fields (RFC 9110 §12.5)', () => {
  it.each([
    ['Accept-Language', ' en ,   de', 'en, de'],
    ['Accept-Language', 'eN, De', 'en, de'],
    ['Accept-Language', 'fr;q=0.5, de;q=1.0', 'de, fr;q=0.5'],
    ['accept-language', 'en; Q=0.80 , en;q=0.8', 'en;q=0.8'],
    ['Accept-Language', 'de;q=0.000, *', '*, de;q=0'],
    ['Accept-Encoding', 'gzip, br', 'br, gzip'],
    ['Accept-Encoding', 'identity;q=0, BR;q=1., gzip', 'br, gzip, identity;q=0'],
    ['Accept-Charset', 'UTF-8, *;q=0.1', 'utf-8, *;q=0.1'],
    ['Accept', 'Text/HTML ; Level=1;q=0.70, */*;q=0.1', 'text/html;level=1;q=0.7, */*;q=0.1'],
    ['Accept', 'text/html;profile="A, b;  C"', 'text/html;profile="A, b;  C"'],
    ['Accept', 'text/html;q=1.0;ext=1', 'text/html;q=1;ext=1'],
    ['Accept-Encoding', '', ''],
    ['Accept-Encoding', 'gzip, br, gzip', 'br, gzip'],
    ['Accept-Encoding', 'br;q=0.5, gzip;q=0.5, x;q=0.50', 'br;q=0.5, gzip;q=0.5, x;q=0.5'],
    [
      'Accept-Language',
      'a;q=0, b;q=0., c;q=0.1, d;q=0.12, e;q=0.123',
      'e;q=0.123, d;q=0.12, c;q=0.1, a;q=0, b;q=0',
    ],
    ['Accept-Language', 'b;q=1, a;q=1.000', 'b, a'],
    ['Accept', 'text/html;Q=0.5;EXT="a b"', 'text/html;q=0.5;ext="a b"'],
    ['Accept', 'text/html;a="\\"x;y\\"\n"', 'text/html;a="\\"x;y\\"\n"'],
    ['Accept', 'TEXT/*, x/y;A=B', 'text/*, x/y;a=B'],
  ])('%s: %j reads %j', (name, value, expected) => {
    expect(normaliseField(name, value)).toBe(expected)
  })

  it.each([
    ['Accept-Language', 'EN;q=2, de'],
    ['Accept-Language', 'EN;q=0.1234, de'],
    ['Accept-Language', 'EN;q=0.5;q=1, de'],
    ['Accept-Language', 'EN GB, de'],
    ['Accept-Encoding', 'GZIP;, br'],
    ['Accept', 'HTML, text/plain'],
    ['Accept', 'text/HTML/x'],
    ['Accept', 'X text/html'],
    ['Accept-Language', 'EN/x'],
    ['Accept-Language', '"EN"'],
    ['Accept-Language', 'EN"'],
    ['Accept-Language', 'EN;q'],
    ['Accept-Language', 'EN;q='],
    ['Accept-Language', 'EN;q=1.001'],
    ['Accept-Language', 'EN;q=1.0000'],
    ['Accept-Language', 'EN;q=00'],
    ['Accept-Language', 'EN;q=.5'],
    ['Accept-Language', 'EN;q="0.5"'],
    ['Accept-Language', 'EN;q=-0'],
    ['Accept-Language', 'EN;q=0.5x'],
    ['Accept-Language', 'EN;a="open'],
    ['Accept-Language', 'EN;a="b"c'],
    ['Accept-Language', 'EN;a b=c'],
    ['Accept-Language', 'EN;x;a=b'],
    ['Accept-Charset', 'UTF 8'],
    ['X-Accept', 'EN;q=1.0'],
  ])('%s: %j, which not all servers read alike, stays as it is', (name, value) => {
    expect(normaliseField(name, value)).toBe(value)
  })

  it('§12.5.4: order among equals is kept, as servers look at it, or ignored, as they should not', () => {
    const language = (value: string, order?: 'ignored') => normaliseField('Accept-Language', value, order)
    expect(language('de, en')).not.toBe(language('en, de'))
    expect(language('de, en', 'ignored')).toBe(language('en, de', 'ignored'))
    expect(language('de;q=0.5, en', 'ignored')).not.toBe(language('de, en;q=0.5', 'ignored'))
  })
})

it('requests that mean the same share a variant', () => {
  const key = (fields: Record<string, string>, order?: 'ignored') =>
    variantKey(['accept-encoding', 'accept-language'], new Headers(fields), (name, value) =>
      normaliseField(name, value, order),
    )
  expect(key({ 'accept-encoding': 'br, gzip' })).toBe(key({ 'accept-encoding': 'GZIP,br;q=1' }))
  expect(key({ 'accept-language': 'de, en' }, 'ignored')).toBe(
    key({ 'accept-language': 'en, de' }, 'ignored'),
  )
  expect(key({ 'accept-encoding': '' })).not.toBe(key({}))
})

const FIELDS = ['accept', 'accept-charset', 'accept-encoding', 'accept-language', 'cookie', 'x-a'] as const
const fieldName = fc.constantFrom(...FIELDS)
const order = fc.constantFrom('kept' as const, 'ignored' as const)
const token = fc.constantFrom('en', 'DE', 'gzip', 'text/HTML', '*/*', '*', 'a b', '"x, y"')
const weight = fc.constantFrom(
  '',
  ';q=1',
  ';q=1.0',
  '; q=0.80',
  ';Q=0.8',
  ';q=0',
  ';q=x',
  ';level=1;q=0.5;a=B',
)
const member = fc.tuple(token, weight).map((parts) => parts.join(''))
const value = fc.oneof(
  fc.array(member, { maxLength: 6 }).map((members) => members.join(' , ')),
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[",;=\\ \tqQ01.a*/]{0,30}$/),
)

property('a canonical text stays as it is', [fieldName, value, order], (name, text, how) => {
  const once = normaliseField(name, text, how)
  expect(normaliseField(name, once, how)).toBe(once)
})

property('where order is ignored, any order is the same', [fc.array(member, { maxLength: 6 })], (members) => {
  const text = (list: readonly string[]) => normaliseField('accept', list.join(','), 'ignored')
  const readable = members.filter((one) => /^(?:text|\*\/)/.test(one) && !one.includes('q=x'))
  expect(text([...readable].reverse())).toBe(text(readable))
})

property('nothing inside quotes changes', [fieldName, fc.stringMatching(/^[^"\\]*$/)], (name, text) => {
  expect(normaliseField(name, `a="${text}"`)).toBe(`a="${text}"`)
})

property('splitting loses nothing but white space', [value], (text) => {
  const bare = (all: string) => all.replaceAll(/[ \t]/g, '')
  expect(bare(splitOutsideQuotes(text, ',').join(','))).toBe(bare(text))
})
