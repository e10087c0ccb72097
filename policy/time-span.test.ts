import { expect, it } from 'vitest'
import { formatSeconds, formatSpan } from './time-span.ts'

it.each([
  [0, '0 s'],
  [60, '60 s'],
  [119, '119 s'],
  [120, '2 min'],
  [150, '2 min 30 s'],
  [3_600, '1 h'],
  [3_661, '1 h 1 min'],
  [3_601, '1 h'],
  [86_400, '1 d'],
  [90_000, '1 d 1 h'],
  [31_536_000, '1 y'],
  [2_147_483_648, '68 y 35 d'],
])('%i seconds are %s', (seconds, text) => {
  expect(formatSpan(seconds)).toBe(text)
})

it('seconds stand beside what people call them, where that is another text', () => {
  expect([formatSeconds(60), formatSeconds(300)]).toEqual(['60 s', '300 s (5 min)'])
})
