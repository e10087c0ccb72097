import { parseArgs } from 'node:util'

export interface BenchOptions {
  readonly rounds: number
  /** Length of one run of one subject. */
  readonly seconds: number
  /** Entries of the memory figure. */
  readonly entries: number
  readonly load: string | undefined
}

/** Reads `--rounds N --seconds S --quick --load autocannon`. Throws a `TypeError` for any other, a `RangeError` for no whole number. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      load: { type: 'string' },
    },
  })
  return {
    rounds: count('--rounds', values.rounds ?? (values.quick ? '1' : '5')),
    seconds: count('--seconds', values.seconds ?? '2'),
    entries: values.quick ? 1_000 : 10_000,
    load: values.load,
  }
}

function count(option: string, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new RangeError(`${option} is ${JSON.stringify(text)}. Give a whole number from 1 to 9999.`)
}
