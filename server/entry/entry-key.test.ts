import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { property } from '../../test/support/property.ts'
import { type KeyPart, assertEntryName, formatEntryKey } from './entry-key.ts'

const part = fc.oneof(
  fc.string({ maxLength: 4 }),
  // What texts and other parts could be mistaken for, and what separates them.
  fc.constantFrom(
    '',
    ':',
    '::',
    '%',
    '%3A',
    '"',
    '""',
    '"1"',
    '1',
    '1n',
    '-1',
    '0',
    '-0',
    '1e+21',
    'true',
    'NaN',
  ),
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.bigInt({ min: -3n, max: 3n }),
  fc.boolean(),
)
const parts = fc.array(part, { maxLength: 3 })

function isSame(one: readonly KeyPart[], other: readonly KeyPart[]): boolean {
  // Not `Object.is`: 0 and -0 name the same thing.
  return one.length === other.length && one.every((each, index) => each === other[index])
}

describe('formatEntryKey', () => {
  it.each<[string, KeyPart | readonly KeyPart[], string]>([
    ['a number', 42, 'product:42'],
    ['a list of one', [42], 'product:42'],
    ['a text', 'red-shoes', 'product:red-shoes'],
    ['several parts', [42, 'EUR', true], 'product:42:EUR:true'],
    ['a bigint', 42n, 'product:42n'],
    ['a text that reads as a number', '42', 'product:"42"'],
    ['a text that only looks like a number', '042', 'product:042'],
    ['a text that holds what separates parts', 'a:b%"c', 'product:a%3Ab%25%22c'],
    ['an empty text', '', 'product:""'],
    ['no parts', [], 'product:'],
  ])('writes %s', (_what, given, key) => {
    expect(formatEntryKey('product', given)).toBe(key)
  })

  property('never writes two lists of parts alike', [parts, parts], (one, other) => {
    expect(formatEntryKey('p', one) === formatEntryKey('p', other)).toBe(isSame(one, other))
  })

  property(
    'begins every key so that all of its name, and none of another, can be let go of',
    [parts],
    (list) => {
      expect(formatEntryKey('price', list).startsWith('price:')).toBe(true)
      expect(formatEntryKey('price-list', list).startsWith('price:')).toBe(false)
    },
  )

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['an object', {}],
    ['a symbol', Symbol('id')],
  ])('refuses %s, alone or in a list', (_what, given) => {
    const bad = given as KeyPart
    expect(() => formatEntryKey('product', bad)).toThrow(expect.objectContaining({ code: 'key-invalid' }))
    expect(() => formatEntryKey('product', [1, bad])).toThrow(
      expect.objectContaining({ code: 'key-invalid' }),
    )
  })

  it('refuses a list with a hole', () => {
    // oxlint-disable-next-line no-sparse-arrays -- the very thing.
    expect(() => formatEntryKey('product', [1, , 2] as KeyPart[])).toThrow(/undefined/)
  })
})

describe('assertEntryName', () => {
  it.each(['product', 'a', 'price.list_2~x-y', 'x'.repeat(64)])('takes %s', (name) => {
    expect(() => assertEntryName(name)).not.toThrow()
  })

  it.each(['', 'Product', 'a:b', 'a b', 'ü', 'x'.repeat(65), 7, undefined])('refuses %s', (name) => {
    expect(() => assertEntryName(name)).toThrow(expect.objectContaining({ code: 'option-invalid' }))
  })
})
