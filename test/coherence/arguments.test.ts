import { describe, expect, it } from 'vitest'
import { parseCoherenceArguments } from './arguments.ts'

describe('the command line', () => {
  it('has a default for everything', () => {
    const { seed, ...rest } = parseCoherenceArguments([])
    expect(rest).toEqual({ processes: 4, seconds: 60, maxLagMs: 1_000 })
    expect(Number.isInteger(seed)).toBe(true)
  })

  it('takes what it is told', () => {
    const args = [
      '--processes',
      '2',
      '--seconds',
      '600',
      '--seed',
      '7',
      '--max-lag',
      '2000',
      '--break',
      'log-gap',
    ]
    expect(parseCoherenceArguments(args)).toEqual({
      processes: 2,
      seconds: 600,
      seed: 7,
      maxLagMs: 2_000,
      break: 'log-gap',
    })
  })

  it.each([
    [['--processes', '0'], '--processes is "0". Give a whole number from 1 to 64.'],
    [['--seconds', 'long'], '--seconds is "long". Give a whole number'],
    [['--break', 'all'], 'There is no break "all". Take one of: fence-local, '],
  ])('refuses %j', (args, message) => {
    expect(() => parseCoherenceArguments(args)).toThrow(message)
  })
})
