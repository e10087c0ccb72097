import { expect, it } from 'vitest'
import { parseSwOptions } from './options.ts'

it('measures ten rounds at both sizes, and few when it must be quick', () => {
  expect(parseSwOptions([])).toEqual({ rounds: 10, sizes: [300, 5_000], hits: 100, colds: 3 })
  expect(parseSwOptions(['--quick'])).toEqual({ rounds: 3, sizes: [300], hits: 40, colds: 1 })
  expect(parseSwOptions(['--rounds', '12', '--entries', '50'])).toMatchObject({ rounds: 12, sizes: [50] })
})

it('refuses what is no whole number', () => {
  expect(() => parseSwOptions(['--rounds', '0'])).toThrow('--rounds is "0". Give a whole number')
  expect(() => parseSwOptions(['--entries', 'many'])).toThrow('--entries is "many"')
})
