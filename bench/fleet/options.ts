import { parseArgs } from 'node:util'
import { CACHES, type SubjectName } from '../cache/subjects.ts'

export interface FleetBenchOptions {
  readonly rounds: number
  readonly names: readonly SubjectName[]
}

/** Reads `--rounds N --only NAME --quick`. Throws a `TypeError` for any other, a `RangeError` for a wrong value. */
export function parseFleetOptions(args: readonly string[]): FleetBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
    },
  })
  return {
    rounds: wholeNumber('--rounds', values.rounds ?? (values.quick ? '1' : '3')),
    names: chooseCaches(values.only),
  }
}

/** All caches, or those that are named. */
export function chooseCaches(only: readonly string[] | undefined): readonly SubjectName[] {
  const unknown = only?.find((name) => !CACHES.some((known) => known === name))
  if (unknown !== undefined) {
    throw new RangeError(`--only is ${JSON.stringify(unknown)}. Give one of: ${CACHES.join(', ')}.`)
  }
  return CACHES.filter((name) => only?.includes(name) ?? true)
}

export function wholeNumber(option: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new RangeError(`${option} is ${JSON.stringify(text)}. Give a whole number above 0.`)
}
