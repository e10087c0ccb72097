import { expect, it } from 'vitest'
import { printableText } from './printable-text.ts'

it.each([
  ['plain, übel and 雪', 'plain, übel and 雪'],
  ['a\u001b[2J\r\n\u0085', 'a\\u{1b}[2J\\u{d}\\u{a}\\u{85}'],
  ['a\u202eb\u200bc\u2028\u{e0001}', 'a\\u{202e}b\\u{200b}c\\u{2028}\\u{e0001}'],
])('%j can be shown as %s', (text, shown) => {
  expect(printableText(text)).toBe(shown)
})

it('what is too long is cut, and says so', () => {
  expect([printableText('abcd', 4), printableText('abcde', 4)]).toEqual(['abcd', 'abc…'])
})
