import { expect, test } from 'vitest'
import { parseOptions } from './options.ts'

test('a full run takes five rounds and a million entries in a group; a quick one is small', () => {
  expect(parseOptions([])).toMatchObject({ rounds: 5, groupEntries: 1_000_000, freezeCapMs: 10_000 })
  expect(parseOptions(['--quick'])).toMatchObject({ rounds: 1, groupEntries: 10_000 })
  expect(parseOptions(['--quick', '--rounds', '3'])).toMatchObject({ rounds: 3, groupEntries: 10_000 })
})

test('what it does not know, and no number, is refused', () => {
  expect(() => parseOptions(['--fast'])).toThrow(TypeError)
  expect(() => parseOptions(['--rounds', '0'])).toThrow(RangeError)
})
