import { describe, expect, it } from 'vitest'
import { isEntityTag, parseEntityTags, strongMatch, weakMatch } from './entity-tags.ts'

describe('an entity tag (RFC 9110 §8.8.3)', () => {
  it.each(['"a"', 'W/"a"', '""', 'W/""', '"!#~"', '"\u0080\u00ff"', String.raw`"\a,b"`])(
    '%j is one',
    (text) => {
      expect(isEntityTag(text)).toBe(true)
      expect(weakMatch(text, text)).toBe(true)
      expect(strongMatch(text, text)).toBe(!text.startsWith('W/'))
    },
  )

  it.each([
    '',
    'a',
    '"',
    '"a',
    'a"',
    'w/"a"',
    'W/',
    'W"a"',
    'xW/"a"',
    '"a b"',
    '"a"b"',
    '"a"x',
    ' "a"',
    '"\u007f"',
  ])('%j is none, and matches nothing, not even itself', (text) => {
    expect(isEntityTag(text)).toBe(false)
    expect(weakMatch(text, text)).toBe(false)
    expect(strongMatch(text, text)).toBe(false)
  })

  it.each([
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', '"1"', true, true],
    ['"1"', '1', false, false],
    ['1', 'W/1', false, false],
  ])('§8.8.3.2: %s and %s match strongly: %s, weakly: %s', (a, b, isStrong, isWeak) => {
    expect([strongMatch(a, b), strongMatch(b, a)]).toEqual([isStrong, isStrong])
    expect([weakMatch(a, b), weakMatch(b, a)]).toEqual([isWeak, isWeak])
  })
})

it.each([
  ['"a"', ['"a"']],
  [' "a" ,\t"b",,W/"c" ', ['"a"', '"b"', 'W/"c"']],
  ['"a"x, "b"', ['"b"']],
  ['"a" "b", "c"', ['"c"']],
  ['"a,b"', ['"a,b"']],
  ['*', []],
  ['', []],
  [',', []],
])('§13.1.2: %j lists %j', (value, tags) => {
  expect(parseEntityTags(value)).toEqual(tags)
})
