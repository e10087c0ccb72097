import { parseArgs } from 'node:util'

export interface CacheBenchOptions {
  readonly rounds: number
  /** How long each thing is measured in a round. */
  readonly budgetMs: number
  /** Entries in the larger of the groups that are invalidated. */
  readonly groupEntries: number
  readonly memoryEntries: number
  /** How long a call may take while Redis is frozen before it counts as hanging. */
  readonly freezeCapMs: number
}

/** Reads `--rounds N --quick`. Throws a `TypeError` for any other, a `RangeError` for no whole number. */
export function parseOptions(args: readonly string[]): CacheBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string' }, quick: { type: 'boolean', default: false } },
  })
  const sizes = values.quick
    ? { budgetMs: 60, groupEntries: 10_000, memoryEntries: 10_000, freezeCapMs: 2_000 }
    : { budgetMs: 250, groupEntries: 1_000_000, memoryEntries: 100_000, freezeCapMs: 10_000 }
  return { rounds: count(values.rounds ?? (values.quick ? '1' : '5')), ...sizes }
}

function count(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text)
  throw new RangeError(`--rounds is ${JSON.stringify(text)}. Give a whole number from 1 to 999.`)
}
