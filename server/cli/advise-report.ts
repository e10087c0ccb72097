import { styleText } from 'node:util'
import { printableText } from './access-log.ts'
import type { Advice, LeftOut } from './advise-rank.ts'
import { declaredName } from './advise-tables.ts'

/** All that was found out. */
export interface AdviceReport {
  readonly advice: readonly Advice[]
  readonly leftOut: Readonly<Record<LeftOut, number>>
  readonly hidden: number
  readonly seconds: number
  /** Of all statements that are counted. */
  readonly totalMs: number
}

const WIDTH = 100
const REASONS: Readonly<Record<LeftOut, string>> = {
  uncacheable: 'that write, lock, or depend on the time, on chance or on who asks',
  written: 'whose tables are written about as often as they are read',
  once: 'that ran once',
  'no-table': 'that read no table of yours',
  unknown: 'of which the tables can not be told',
}

/** For people: a table, and what to paste. `isRich`: for a terminal. */
export function renderAdvice(report: AdviceReport, isRich: boolean): string {
  const { advice, seconds } = report
  const since = `Counted for ${spanOf(seconds)}.`
  if (advice.length === 0) return [`${since} Nothing here deserves caching.`, '', ...notes(report)].join('\n')
  const parts = [
    `${since} What a cache would save, of the time that the database spends on statements:`,
    '',
    ...tableOf(report, isRich),
    '',
    ...notes(report),
    '',
    ...snippet(advice),
  ]
  return parts.join('\n')
}

/** For programs. */
export function adviceFacts({ advice, leftOut, hidden, seconds, totalMs }: AdviceReport): object {
  return {
    seconds,
    totalMs,
    leftOut,
    hidden,
    advice: advice.map(({ tables, ...facts }) => ({ ...facts, tables: tables.map(declaredName) })),
  }
}

function tableOf({ advice, totalMs }: AdviceReport, isRich: boolean): string[] {
  const header = ['#', 'SAVES', 'CALLS', 'MEAN', 'ROWS', 'READS/WRITE']
  const rows = advice.map(({ calls, meanMs, rowsPerCall, writes, savedMs }, index) => [
    String(index + 1),
    `${((savedMs / Math.max(totalMs, 1e-9)) * 100).toFixed(1)}%`,
    short(calls),
    `${meanMs >= 100 ? meanMs.toFixed(0) : meanMs.toPrecision(2)} ms`,
    short(rowsPerCall),
    writes === 0 ? 'no writes' : short(calls / writes),
  ])
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[], last: string): string => {
    const start = `${cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')}  `
    return start + cut(last, WIDTH - start.length)
  }
  const head = line(header, 'STATEMENT')
  return [
    isRich ? styleText('bold', head) : head,
    ...rows.map((row, index) => line(row, (advice[index]?.sql ?? '').replaceAll(/\s+/g, ' ').trim())),
  ]
}

function notes({ advice, leftOut, hidden }: AdviceReport): string[] {
  const entries = Object.entries(REASONS) as [LeftOut, string][]
  const left = entries
    .filter(([reason]) => leftOut[reason] > 0)
    .map(([reason, text]) => `  ${leftOut[reason]} ${text}`)
  const guessed = advice.flatMap(({ how }, index) => (how === 'text' ? [`#${index + 1}`] : []))
  return [
    ...(left.length > 0 ? ['Left out:', ...left] : []),
    ...(hidden > 0
      ? [`${hidden} statements of other roles are hidden. To see them: GRANT pg_read_all_stats TO your role;`]
      : []),
    ...(guessed.length > 0
      ? [
          `The tables of ${guessed.join(', ')} were read from the text, since there is no plan without its constants: look them over.`,
        ]
      : []),
    ...(advice.length > 0
      ? [
          'A write counts as one that concerns every row, and parameters as often the same: neither is known',
          'here. What differs by user is no public data: see privateData.',
        ]
      : []),
  ]
}

function snippet(advice: readonly Advice[]): string[] {
  const policies = new Map<string, Advice>()
  for (const one of advice) {
    const name = policyName(one)
    const known = policies.get(name)
    if (known === undefined || known.secondsPerWrite > one.secondsPerWrite) policies.set(name, one)
  }
  return [
    "import { definePolicies, publicData } from 'thermocline/policy'",
    '',
    'const policies = definePolicies({',
    ...[...policies].flatMap(([name, { lifetimes, writes, secondsPerWrite }]) => [
      `  // ${writes === 0 ? 'not written while it was counted' : `written every ${spanOf(secondsPerWrite)}`}`,
      `  ${name}: publicData({ browser: '${lifetimes.browser}', cdn: '${lifetimes.cdn}', l2: '${lifetimes.l2}' }),`,
    ]),
    '})',
    ...advice.flatMap((one, index) => [
      '',
      `const rows${index + 1} = await query(`,
      `  \`${literal(one.sql)}\`,`,
      `  [${parametersIn(one.sql)}],`,
      `  { policy: '${policyName(one)}', tables: [${one.tables.map((table) => quoted(declaredName(table))).join(', ')}] },`,
      ')',
    ]),
  ]
}

/** `ordersAndProducts`, and nothing that is no name in JavaScript. */
function policyName({ tables }: Advice): string {
  const words = tables.map(({ table }) =>
    table
      .split(/[^A-Za-z0-9]+/)
      .filter(Boolean)
      .map((word, index) => (index === 0 ? word : word.slice(0, 1).toUpperCase() + word.slice(1)))
      .join(''),
  )
  const name = words
    .slice(0, 3)
    .map((word, index) => (index === 0 ? word : `And${word.slice(0, 1).toUpperCase()}${word.slice(1)}`))
    .join('')
  return /^[A-Za-z]/.test(name) ? name : `table${name}`
}

function parametersIn(sql: string): string {
  const numbers = [...sql.matchAll(/\$(\d+)/g)].map(([, digits]) => Number(digits))
  const count = numbers.length === 0 ? 0 : Math.max(...numbers)
  return count === 0 ? '' : `/* $1${count > 1 ? ` to $${count}` : ''} */`
}

/** Inside of backticks, whatever the statement holds. A terminal must not be written to by it either. */
function literal(sql: string): string {
  const shown = sql.trim().replaceAll(/[^\n\t -~\u00A1-\uFFFF]/g, '?')
  return shown.replaceAll(/[\\`]|\$\{/g, (found) => `\\${found}`)
}

function quoted(name: string): string {
  return `'${literal(name)
    .replaceAll("'", String.raw`\'`)
    .replaceAll('\n', ' ')}'`
}

function cut(text: string, room: number): string {
  const shown = printableText(text)
  return shown.length > room ? `${shown.slice(0, Math.max(0, room - 3))}...` : shown
}

function short(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)}M`
  if (count >= 1e4) return `${(count / 1e3).toFixed(1)}k`
  return count >= 10 || Number.isInteger(count) ? count.toFixed(0) : count.toFixed(1)
}

function spanOf(seconds: number): string {
  if (seconds < 90) return `${seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0)} s`
  if (seconds < 90 * 60) return `${(seconds / 60).toFixed(0)} min`
  return seconds < 36 * 3_600 ? `${(seconds / 3_600).toFixed(0)} h` : `${(seconds / 86_400).toFixed(0)} days`
}
