import { parseArgs } from 'node:util'

/** L1 alone, or both tiers with a Redis that lets go of what it has no room for. */
export type Variant = 'l1' | 'redis'

export interface MemoryOptions {
  readonly variants: readonly Variant[]
  readonly millions: number
}

const VARIANTS: readonly Variant[] = ['l1', 'redis']

/** Reads `--only l1|redis --millions N`. Throws a `TypeError` for any other, a `RangeError` for a wrong value. */
export function parseMemoryOptions(args: readonly string[]): MemoryOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { only: { type: 'string' }, millions: { type: 'string', default: '10' } },
  })
  const variants = VARIANTS.filter((name) => values.only === undefined || values.only === name)
  if (variants.length === 0) {
    throw new RangeError(`--only is ${JSON.stringify(values.only)}. Give one of: ${VARIANTS.join(', ')}.`)
  }
  const millions = Number(values.millions)
  if (!Number.isInteger(millions) || millions < 3) {
    throw new RangeError(`--millions is ${JSON.stringify(values.millions)}. Give a whole number, 3 or more.`)
  }
  return { variants, millions }
}
