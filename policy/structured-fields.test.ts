import * as fc from 'fast-check'
import * as oracle from 'structured-headers'
import { describe, expect, it } from 'vitest'
import { property } from '../test/support/property.ts'
import { type BareItem, type InnerList, type Item, parseDictionary, parseList } from './structured-fields.ts'

type Plain = readonly [value: unknown, parameters: readonly (readonly [string, unknown])[]]

function plain([value, parameters]: Item | InnerList): Plain {
  const own = Array.isArray(value) ? value.map(plain) : plainItem(value as BareItem)
  return [own, Array.from(parameters, ([key, item]) => [key, plainItem(item)] as const)]
}

function plainItem(item: BareItem): unknown {
  if (typeof item !== 'object') return item
  return 'token' in item ? { token: item.token } : 'other'
}

function oraclePlain([value, parameters]: oracle.Item | oracle.InnerList): Plain {
  const own = Array.isArray(value) ? value.map(oraclePlain) : oraclePlainItem(value)
  return [own, Array.from(parameters, ([key, item]) => [key, oraclePlainItem(item)] as const)]
}

function oraclePlainItem(item: oracle.BareItem): unknown {
  if (item instanceof oracle.Token) return { token: item.toString() }
  return typeof item === 'object' ? 'other' : item
}

/** What the library says; it throws for what is malformed. */
function asOracle(value: string): unknown {
  const attempt = (read: () => unknown) => {
    try {
      return read()
    } catch {
      return undefined
    }
  }
  return {
    list: attempt(() => oracle.parseList(value).map(oraclePlain)),
    dictionary: attempt(() =>
      Object.fromEntries(
        Array.from(oracle.parseDictionary(value), ([key, member]) => [key, oraclePlain(member)]),
      ),
    ),
  }
}

function asOwn(value: string): unknown {
  const dictionary = parseDictionary(value)
  return {
    list: parseList(value)?.map(plain),
    dictionary:
      dictionary && Object.fromEntries(Array.from(dictionary, ([key, member]) => [key, plain(member)])),
  }
}

const item = fc.constantFrom(
  'a',
  'A*b/c:d',
  '"x y"',
  String.raw`"\"\\"`,
  '"open',
  '"\u00e9"',
  ...'?1 ?0 ?2 0 -15 007 - 1.5 1. 1.2345 999999999999999 1234567890123456 1234567890123.1'.split(' '),
  ...':aGk=: @0 @-1 @1.5 %"f%c3%bc" %"%ff" %"%C3" ( () (a,b) (a"b")'.split(' '),
  '(a b)',
  '(a  "b";q )',
  '( 1 2',
)
const key = fc.constantFrom('a', '*b', 'a-b_c.d*', 'A', '', '1a')
const piece = fc.oneof(
  item,
  key,
  fc.tuple(key, item).map(([name, value]) => `${name}=${value}`),
  fc.tuple(item, key, item).map(([value, name, argument]) => `${value};${name}=${argument}`),
  fc.tuple(item, key).map(([value, name]) => `${value}; ${name}`),
)
const separator = fc.constantFrom(',', ', ', ' ,', '\t,\t', ',,', ' ', '\t', '', ';')
const value = fc.array(fc.tuple(piece, separator), { maxLength: 4 }).map((parts) => parts.flat().join(''))

describe('reads what the published parser reads, and nothing else', () => {
  property('in pieces of structured fields', [value], (text) => {
    // It refuses whatever stands behind a date.
    if (/@-?\d+./.test(text)) return
    expect(asOwn(text)).toEqual(asOracle(text))
  })

  property('in any text', [fc.string({ unit: 'binary' })], (text) => {
    expect(asOwn(text)).toEqual(asOracle(text))
  })

  it.each([
    [''],
    ['  a'],
    ['\ta'],
    ['a\t'],
    ['a,'],
    ['a ,b'],
    ['a,,b'],
    ['a;;b'],
    ['a;b;b=2'],
    ['a=1, a=2'],
    ['a=(1 2);x, b'],
    ['@1.5'],
    ['(1 2);x;y="z"'],
  ])('in %j', (text) => {
    expect(asOwn(text)).toEqual(asOracle(text))
  })
})

it('reads on behind a date', () => {
  expect(asOwn('@0; a ,@-15')).toMatchObject({
    list: [
      ['other', [['a', true]]],
      ['other', []],
    ],
  })
})

it('takes time in proportion to the length', () => {
  const long = `${'a;b="c", '.repeat(20_000)}d`
  expect(parseList(long)).toHaveLength(20_001)
  expect(parseList(`"${'\\"'.repeat(100_000)}`)).toBeUndefined()
  expect(parseList(`a${' '.repeat(100_000)}b`)).toBeUndefined()
})
