import { expect, it } from 'vitest'
import { formatAge, formatBytes, formatTime } from './panel-format.ts'

it.each([
  [0, '0 s'],
  [400, '0 s'],
  [53_000, '53 s'],
  [59_700, '1 min'],
  [90_000, '1 min 30 s'],
  [-240_000, '4 min'],
  [720_500, '12 min'],
  [7_500_000, '2 h 5 min'],
  [31_536_000_000, '365 d'],
])('says %d ms as %s', (ms, words) => {
  expect(formatAge(ms)).toBe(words)
})

it.each([
  [0.42, '0.4 ms'],
  [12.5, '13 ms'],
  [999, '999 ms'],
  [1250, '1.25 s'],
])('says a time of %d ms as %s', (ms, words) => {
  expect(formatTime(ms)).toBe(words)
})

it.each([
  [0, '0 B'],
  [812, '812 B'],
  [4210, '4.2 kB'],
  [99_700, '100 kB'],
  [999_900, '1.0 MB'],
  [1_340_000, '1.3 MB'],
])('says %d bytes as %s', (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words)
})
