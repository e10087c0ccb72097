import type { Goal } from './goal.ts'

/** One line of a table: a name, and a cell for each column. */
export interface Line {
  readonly name: string
  readonly cells: readonly string[]
}

/** Prints a table whose columns are as wide as what they hold. */
export function printTable(title: string, columns: readonly string[], lines: readonly Line[]): void {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...lines.map(({ cells }) => cells[index]?.length ?? 0)),
  )
  const row = (name: string, cells: readonly string[]): string =>
    `  ${name.padEnd(NAME)}${cells.map((cell, index) => `  ${cell.padStart(widths[index] ?? 0)}`).join('')}`
  console.log(`\n${title}`)
  console.log(row('', columns))
  for (const { name, cells } of lines) console.log(row(name, cells))
}

export function printGoals(goals: readonly Goal[]): void {
  console.log('\nGoals')
  for (const { name, measured, verdict } of goals) {
    console.log(`  ${name.padEnd(60)} ${measured.padStart(8)}  ${verdict}`)
  }
}

const NAME = 20

/** Nanoseconds, as short as they can be read. */
export function formatNs(ns: number | undefined): string {
  return ns === undefined ? '-' : Math.round(ns).toLocaleString('en')
}

/** Nanoseconds as microseconds. */
export function formatUs(ns: number | undefined): string {
  return ns === undefined ? '-' : (ns / 1_000).toFixed(1)
}

export function formatCount(count: number | undefined): string {
  return count === undefined ? '-' : count.toFixed(2)
}
