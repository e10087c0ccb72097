import { median } from '../median.ts'
import { type Goal, type Ratio, ratioOf, verdictOf } from './summary.ts'
import {
  handWritten,
  handWrittenIndex,
  httpCache,
  thermocline,
  workboxCacheFirst,
  workboxCacheFirstExpiration,
  workboxSwrExpiration,
} from './variants.ts'

/** Milliseconds, one figure a round; empty where it was not measured. */
export interface Figures {
  readonly p50: number[]
  readonly p95: number[]
  /** A hit whose worker had been stopped. */
  readonly cold: number[]
  /** The precached file, its worker stopped. */
  readonly asset: number[]
}

type Table = ReadonlyMap<string, Figures>

const COLUMNS = ['p50', 'p95', 'cold', 'asset'] as const
const NAME = 34

/** Medians of the rounds. */
export function printTable(table: Table): void {
  console.log(`  ${cells('', ['p50 ms', 'p95 ms', 'cold ms', 'asset ms'])}`)
  for (const [name, figures] of table) {
    const medians = COLUMNS.map((column) => {
      const values = figures[column]
      return values.length === 0 ? '-' : median(values).toFixed(1)
    })
    console.log(`  ${cells(name, medians)}`)
  }
}

/**
 * The goals, and beside each ratio that of the floor: a worker written by hand that does no more than it must, which for a
 * stopped one is to read a row of IndexedDB beside the file.
 */
export function printGoals(table: Table): void {
  const ratio = (name: string, column: keyof Figures, base: string) =>
    ratioOf(table.get(name)?.[column] ?? [], table.get(base)?.[column] ?? [])
  const goal = (name: string, column: keyof Figures, base: string, most: number): Row => ({
    name,
    most,
    ratio: ratio(thermocline.name, column, base),
    floor: ratio((column === 'cold' ? handWrittenIndex : handWritten).name, column, base),
  })
  const goals = [
    goal('p50 / CacheFirst + Expiration', 'p50', workboxCacheFirstExpiration.name, 0.7),
    goal('p95 / CacheFirst + Expiration', 'p95', workboxCacheFirstExpiration.name, 0.6),
    goal('p50 / SWR + Expiration', 'p50', workboxSwrExpiration.name, 0.45),
    goal('p50 / CacheFirst', 'p50', workboxCacheFirst.name, 1.1),
    goal('stopped worker / hand-written', 'cold', handWritten.name, 1.1),
    goal('routed file, stopped worker / HTTP cache', 'asset', httpCache.name, 1.5),
  ]
  console.log(`  ${cells('', ['ratio', 'rounds', 'floor', 'goal'])}`)
  for (const one of goals) {
    const { floor, most, name } = one
    const figures = [shown(one.ratio), spread(one.ratio), shown(floor), `<= ${most.toFixed(2)}`]
    console.log(`  ${cells(name, figures)}  ${verdictOf(one)}`)
  }
}

interface Row extends Goal {
  readonly floor: Ratio | undefined
}

function shown(ratio: Ratio | undefined): string {
  return ratio?.middle.toFixed(2) ?? '-'
}

function spread(ratio: Ratio | undefined): string {
  return ratio === undefined ? '-' : `${ratio.lowest.toFixed(2)}-${ratio.highest.toFixed(2)}`
}

function cells(name: string, figures: readonly string[]): string {
  return name.padEnd(NAME + 8) + figures.map((figure) => figure.padStart(12)).join('')
}
