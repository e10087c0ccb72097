import { describe, expect, it } from 'vitest'
import { parseCoherenceArguments } from './arguments.ts'

describe('the command line', () => {
  it('has a default for everything', () => {
    const { seed, ...rest } = parseCoherenceArguments([])
    expect(rest).toEqual({ through: 'processes', processes: 4, seconds: 60, maxLagMs: 1_000 })
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
      through: 'processes',
      processes: 2,
      seconds: 600,
      seed: 7,
      maxLagMs: 2_000,
      break: 'log-gap',
    })
  })

  it('knows the way through browsers', () => {
    const args = ['--through', 'browser', '--browsers', '2', '--seed', '7', '--break', 'worker-wakes']
    expect(parseCoherenceArguments(args)).toEqual({
      through: 'browser',
      rows: 'both',
      browsers: 2,
      processes: 2,
      seconds: 60,
      seed: 7,
      maxLagMs: 1_000,
      break: 'worker-wakes',
    })
  })

  it.each([
    [['--through', 'wall'], '--through is "wall". Write --through browser'],
    [['--browsers', '2'], '--browsers goes with --through browser only.'],
    [
      ['--through', 'browser', '--break', 'log-gap'],
      'There is no break "log-gap". Take one of: worker-groups, ',
    ],
    [['--processes', '0'], '--processes is "0". Give a whole number from 1 to 64.'],
    [['--seconds', 'long'], '--seconds is "long". Give a whole number'],
    [['--break', 'all'], 'There is no break "all". Take one of: fence-local, '],
  ])('refuses %j', (args, message) => {
    expect(() => parseCoherenceArguments(args)).toThrow(message)
  })
})
