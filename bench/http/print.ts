import type { MemoryRow } from './memory.ts'
import type { Goal, Row } from './summary.ts'

/** One line of the table: its figures, or why there are none. */
export type Line = Row | { readonly name: string; readonly note: string }

export function printRates(lines: readonly Line[]): void {
  console.log(`\n  ${cells('', ['requests/s', 'x Express', 'x node:http', 'p50 ms', 'p99 ms'])}`)
  for (const line of lines) {
    if ('note' in line) console.log(`  ${line.name.padEnd(NAME)}  ${line.note}`)
    else {
      const { requestsPerSecond, toExpress, toNodeHttp, p50Ms, p99Ms } = line
      const figures = [
        whole(requestsPerSecond),
        times(toExpress),
        times(toNodeHttp),
        p50Ms.toFixed(2),
        p99Ms.toFixed(2),
      ]
      console.log(`  ${cells(line.name, figures)}`)
    }
  }
}

export function printMemory(entries: number, rows: readonly MemoryRow[]): void {
  console.log(`\nMemory of ${whole(entries)} stored answers, bytes an entry, after a garbage collection`)
  console.log(`  ${cells('', ['heap', 'RSS'])}`)
  for (const { name, perEntry } of rows) {
    if (typeof perEntry === 'string') console.log(`  ${name.padEnd(NAME)}  ${perEntry}`)
    else console.log(`  ${cells(name, [whole(perEntry.heap), whole(perEntry.resident)])}`)
  }
}

export function printGoals(goals: readonly Goal[]): void {
  console.log('\nGoals')
  for (const { name, measured, verdict, yardstick } of goals) {
    const beside = yardstick === '' ? '' : `  (${yardstick})`
    console.log(`  ${name.padEnd(54)} ${measured.padStart(7)}  ${verdict}${beside}`)
  }
}

const NAME = 30

function cells(name: string, figures: readonly string[]): string {
  return name.padEnd(NAME) + figures.map((figure) => figure.padStart(13)).join('')
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function times(ratio: number | undefined): string {
  return ratio === undefined ? '-' : `x${ratio.toFixed(2)}`
}
