import { parseArgs } from 'node:util'

export interface SwBenchOptions {
  readonly rounds: number
  /** How many files are stored, one table for each. */
  readonly sizes: readonly number[]
  /** Requests of one variant in one round. */
  readonly hits: number
  /** Cold requests of one variant in one round. */
  readonly colds: number
}

/**
 * Reads `--rounds N --entries N --quick`. Throws a `TypeError` for any other, a `RangeError` for no whole number above 0.
 * `--quick` is 3 rounds at 300 entries: it shows that all of it runs, not how fast.
 */
export function parseSwOptions(args: readonly string[]): SwBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      entries: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  })
  const { entries, quick, rounds } = values
  return {
    rounds: count('--rounds', rounds ?? (quick ? '3' : '10')),
    sizes: entries === undefined ? (quick ? [300] : [300, 5_000]) : [count('--entries', entries)],
    hits: quick ? 40 : 100,
    colds: quick ? 1 : 3,
  }
}

function count(option: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new RangeError(`${option} is ${JSON.stringify(text)}. Give a whole number from 1 to 999999.`)
}
