import { describe, expect, it } from 'vitest'
import { normaliseList, splitOutsideQuotes } from './list-members.ts'

describe('the members of a list (RFC 9110 §5.6.1)', () => {
  it.each<[string, ',' | ';', string[]]>([
    ['a,b', ',', ['a', 'b']],
    ['a,b;c', ';', ['a,b', 'c']],
    [' a ,\tb\t', ',', ['a', 'b']],
    ['', ',', ['']],
    [',', ',', ['', '']],
    ['"a,b",c', ',', ['"a,b"', 'c']],
    ['x="a,b" "c,d",e', ',', ['x="a,b" "c,d"', 'e']],
    [String.raw`"a\",b",c`, ',', [String.raw`"a\",b"`, 'c']],
    [String.raw`"a\\",b`, ',', [String.raw`"a\\"`, 'b']],
    [String.raw`a\",b",c`, ',', [String.raw`a\",b"`, 'c']],
    [String.raw`a\,b`, ',', ['a\\', 'b']],
    ['"open,b', ',', ['"open,b']],
    ['"open\\', ',', ['"open\\']],
  ])('%j by %j are %j', (value, separator, members) => {
    expect(splitOutsideQuotes(value, separator)).toEqual(members)
  })

  it.each([
    ['a,b', 'a, b'],
    [',a,,b ,', 'a, b'],
    ['a \t b,c', 'a b, c'],
    ['"a \t b,c" \t x', '"a \t b,c" x'],
    [String.raw`"a\"  b"  c`, String.raw`"a\"  b" c`],
    ['a  "open  b', 'a "open  b'],
    ['"a\n  b"  c', '"a\n  b" c'],
    ['"a\\\n  b"  c', '"a\\\n  b" c'],
  ])('%j reads %j', (value, text) => {
    expect(normaliseList(value)).toBe(text)
  })
})

it.each([
  [' ', ''],
  [' \t \t', ''],
  ['a', 'a'],
  [' a b\t', 'a b'],
  ['\u00a0a\n', '\u00a0a\n'],
])('RFC 9110 §5.6.3: white space around %j is spaces and tabs', (text, trimmed) => {
  expect(splitOutsideQuotes(text, ',')).toEqual([trimmed])
})
