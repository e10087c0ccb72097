import { expect, it } from 'vitest'
import { parseStreamOptions } from './options.ts'

it('opens 2,000 streams unless it is told another number', () => {
  expect(parseStreamOptions([])).toEqual({ streams: 2_000, rounds: 21 })
  expect(parseStreamOptions(['--streams', '10', '--rounds', '5'])).toEqual({ streams: 10, rounds: 5 })
})

it.each([
  [['--streams', '0'], RangeError],
  [['--rounds', '4'], RangeError],
  [['--streams', 'many'], RangeError],
  [['--stream', '10'], TypeError],
])('refuses %j', (args, kind) => {
  expect(() => parseStreamOptions(args)).toThrow(kind)
})
