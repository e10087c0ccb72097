import { parseArgs } from 'node:util'
import { BREAKS, type Break } from './breaks.ts'
import { BROWSER_BREAKS, type BrowserBreak } from './browser/breaks.ts'
import { ROW_SOURCES, type RowSource } from './browser/names.ts'

/** The same through service workers: two server processes by default, and browsers in front of them. */
export interface BrowserCoherenceArguments {
  readonly through: 'browser'
  readonly browsers: number
  readonly processes: number
  readonly seconds: number
  readonly seed: number
  readonly maxLagMs: number
  readonly rows: RowSource
  readonly break?: BrowserBreak
}

export interface CoherenceArguments {
  readonly through: 'processes'
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
  --through browser pages read, through service workers in a real Chromium, what the processes change (60 s; 2 processes)
  --browsers N      with it: how many browsers, each with two tabs and a fault proxy of its own (3)
  --rows SOURCE     with it: where the processes take rows from: ${ROW_SOURCES.join(', ')} (both)
                    and --break takes: ${Object.keys(BROWSER_BREAKS).join(', ')}

The database is an embedded one, or the PostgreSQL that COHERENCE_DATABASE_URL names.`

/** @throws Error that says which argument is wrong and what it may be */
export function parseCoherenceArguments(
  args: readonly string[],
): CoherenceArguments | BrowserCoherenceArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      processes: { type: 'string' },
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
      'max-lag': { type: 'string', default: '1000' },
      break: { type: 'string' },
      through: { type: 'string' },
      browsers: { type: 'string' },
      rows: { type: 'string' },
    },
  })
  const { browsers, processes, rows = 'both', through } = values
  if (through !== undefined && through !== 'browser') {
    throw new Error(`--through is ${JSON.stringify(through)}. Write --through browser, or leave it out.`)
  }
  for (const option of ['browsers', 'rows'] as const) {
    if (through !== undefined || values[option] === undefined) continue
    throw new Error(`--${option} goes with --through browser only.`)
  }
  const common = {
    seconds: wholeNumber('seconds', values.seconds, 1, 86_400),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31),
    maxLagMs: wholeNumber('max-lag', values['max-lag'], 100, 60_000),
  }
  const count = (usual: string) => wholeNumber('processes', processes ?? usual, 1, 64)
  if (through === undefined) {
    return { through: 'processes', processes: count('4'), ...common, ...breakOf(BREAKS, values.break) }
  }
  const source = ROW_SOURCES.find((one) => one === rows)
  if (source === undefined)
    throw new Error(`--rows is ${JSON.stringify(rows)}. Write one of: ${ROW_SOURCES.join(', ')}.`)
  return {
    through,
    rows: source,
    browsers: wholeNumber('browsers', browsers ?? '3', 1, 16),
    processes: count('2'),
    ...common,
    ...breakOf(BROWSER_BREAKS, values.break),
  }
}

function breakOf<Name extends string>(
  known: Readonly<Record<Name, unknown>>,
  name: string | undefined,
): { readonly break?: Name } {
  if (name === undefined) return {}
  if (Object.hasOwn(known, name)) return { break: name as Name }
  throw new Error(`There is no break ${JSON.stringify(name)}. Take one of: ${Object.keys(known).join(', ')}.`)
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw new Error(`--${option} is ${JSON.stringify(text)}. Give a whole number from ${least} to ${most}.`)
}
