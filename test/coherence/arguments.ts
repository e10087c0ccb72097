import { parseArgs } from 'node:util'
import { BREAKS, type Break } from './breaks.ts'

export interface CoherenceArguments {
  readonly processes: number
  readonly seconds: number
  readonly seed: number
  readonly maxLagMs: number
  /** A part of the cache to take out, so that the checker can be seen to fail. */
  readonly break?: Break
}

export const USAGE = `npm run coherence -- [options]

  --processes N     processes that share one Redis, each behind a fault proxy of its own (4)
  --seconds N       how long they read, write and are struck (60)
  --seed N          what they do, and which faults when (a random one, printed)
  --max-lag MS      maxLagMs of their caches, and the bound that is checked (1000)
  --break NAME      takes out one part of the cache and stops when that is noticed: ${Object.keys(BREAKS).join(', ')}

The database is an embedded one, or the PostgreSQL that COHERENCE_DATABASE_URL names.`

/** @throws Error that says which argument is wrong and what it may be */
export function parseCoherenceArguments(args: readonly string[]): CoherenceArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      processes: { type: 'string', default: '4' },
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
      'max-lag': { type: 'string', default: '1000' },
      break: { type: 'string' },
    },
  })
  const { break: name } = values
  if (name !== undefined && !Object.hasOwn(BREAKS, name)) {
    throw new Error(
      `There is no break ${JSON.stringify(name)}. Take one of: ${Object.keys(BREAKS).join(', ')}.`,
    )
  }
  return {
    processes: wholeNumber('processes', values.processes, 1, 64),
    seconds: wholeNumber('seconds', values.seconds, 1, 86_400),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31),
    maxLagMs: wholeNumber('max-lag', values['max-lag'], 100, 60_000),
    ...(name === undefined ? {} : { break: name as Break }),
  }
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw new Error(`--${option} is ${JSON.stringify(text)}. Give a whole number from ${least} to ${most}.`)
}
