import { type Line, formatCount, formatNs, formatUs, printTable } from './print.ts'
import {
  CONCURRENCIES,
  GET_MANY,
  GET_OR_SET_MANY,
  GROUP_COUNTS,
  IN_TURN,
  l1Measure,
  l2Measure,
} from './speed.ts'
import { NAMES, type SubjectName } from './subjects.ts'
import { type SpeedResults, medianOf, ratio } from './summary.ts'

/** Prints the medians of what was timed: one table a tier, and the subjects that have it. */
export function printSpeed(results: SpeedResults): void {
  const ns = (name: SubjectName, measure: string) => medianOf(results, name, 'ns', measure)
  const lines = (cellsOf: (name: SubjectName) => string[]): Line[] =>
    NAMES.map((name) => ({ name, cells: cellsOf(name) })).filter(({ cells }) =>
      cells.some((cell) => cell !== '-'),
    )

  for (const size of ['small', '10 kB']) {
    const columns = ['get', 'getOrSet', 'peek'].flatMap((method) =>
      ['uniform', 'zipf'].map((order) => ({ method, order })),
    )
    printTable(
      `L1 hit, ${size} values, ns`,
      columns.map(({ method, order }) => `${method} ${order}`),
      lines((name) => columns.map(({ method, order }) => formatNs(ns(name, l1Measure(method, size, order))))),
    )
  }

  const reads = GROUP_COUNTS.flatMap((groups) =>
    CONCURRENCIES.map((concurrency) => ({ groups, concurrency })),
  )
  printTable(
    'L2 hit, µs, by groups and callers at once',
    reads.map(({ groups, concurrency }) => `${groups} gr, ${concurrency}`),
    lines((name) =>
      reads.map(({ groups, concurrency }) => formatUs(ns(name, l2Measure(groups, concurrency)))),
    ),
  )
  printTable(
    'L2 hit, commands / round trips an operation, by groups',
    GROUP_COUNTS.map((groups) => `${groups} gr`),
    lines((name) =>
      GROUP_COUNTS.map((groups) => {
        const measure = l2Measure(groups, 1)
        const commands = medianOf(results, name, 'commands', measure)
        if (commands === undefined) return '-'
        return `${formatCount(commands)} / ${formatCount(medianOf(results, name, 'trips', measure))}`
      }),
    ),
  )
  printTable(
    'Many at once from L2, µs, and round trips',
    [IN_TURN, ...MANY_MEASURES.flatMap((measure) => [measure, 'trips']), 'x faster'],
    lines((name) => {
      const many = MANY_MEASURES.flatMap((measure) => [
        formatUs(ns(name, measure)),
        formatCount(medianOf(results, name, 'trips', measure)),
      ])
      const faster = ratio(results, { name, measure: IN_TURN }, { name, measure: GET_MANY })
      return [formatUs(ns(name, IN_TURN)), ...many, faster === undefined ? '-' : faster.toFixed(1)]
    }),
  )
  console.log(`  ${GET_OR_SET_MANY}: half of them are missing, and loaded with one call`)
  printTable(
    'Both tiers, µs',
    ['miss', 'set', 'delete'],
    lines((name) => ['miss', 'set', 'delete'].map((measure) => formatUs(ns(name, measure)))),
  )
}

const MANY_MEASURES = [GET_MANY, GET_OR_SET_MANY]
