import { parseArgs } from 'node:util'

export interface StreamBenchOptions {
  /** Open streams on the one process. */
  readonly streams: number
  /** Invalidations that are timed, one after the other. */
  readonly rounds: number
}

/** Reads `--streams N --rounds N`. Throws a `TypeError` for any other, a `RangeError` for a wrong value. */
export function parseStreamOptions(args: readonly string[]): StreamBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { streams: { type: 'string', default: '2000' }, rounds: { type: 'string', default: '21' } },
  })
  return { streams: wholeOf('--streams', values.streams, 1), rounds: wholeOf('--rounds', values.rounds, 5) }
}

function wholeOf(name: string, text: string, least: number): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new RangeError(`${name} is ${JSON.stringify(text)}. Give a whole number, ${least} or more.`)
}
