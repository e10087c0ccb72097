import { expect, test } from 'vitest'
import { parseMemoryOptions } from './options.ts'

test('ten million keys, with Redis and without', () => {
  expect(parseMemoryOptions([])).toEqual({ variants: ['l1', 'redis'], millions: 10 })
  expect(parseMemoryOptions(['--only', 'redis', '--millions', '3'])).toEqual({
    variants: ['redis'],
    millions: 3,
  })
})

test('what is not known, and too few to compare, is refused', () => {
  expect(() => parseMemoryOptions(['--only', 'l3'])).toThrow(RangeError)
  expect(() => parseMemoryOptions(['--millions', '2'])).toThrow(RangeError)
  expect(() => parseMemoryOptions(['--fast'])).toThrow(TypeError)
})
