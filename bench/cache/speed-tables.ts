import { type Line, formatCount, formatNs, formatUs, printTable } from './print.ts'
import { CONCURRENCIES, GROUP_COUNTS, l1Measure, l2Measure } from './speed.ts'
import { ABSENT, NAMES, type SubjectName } from './subjects.ts'
import { type SpeedResults, medianOf } from './summary.ts'

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
    'Both tiers, µs; getMany from L2',
    ['miss', 'set', 'delete', 'getMany(100)', 'its round trips'],
    lines((name) => {
      const times = ['miss', 'set', 'delete'].map((measure) => formatUs(ns(name, measure)))
      const many = ns(name, 'getMany(100)')
      if (many === undefined) return [...times, ABSENT[name]?.getMany ?? '-', '-']
      return [...times, formatUs(many), formatCount(medianOf(results, name, 'trips', 'getMany(100)'))]
    }),
  )
}
