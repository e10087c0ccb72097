import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { adviseLifetimes } from './advise-policy.ts'
import { type Advice, adviseOn } from './advise-rank.ts'
import { renderAdvice } from './advise-report.ts'

const TABLE = [{ schema: 'public', table: 'products' }]

function advice(sql: string, tables = TABLE): Advice {
  const found = adviseOn(
    { sql, calls: 1_000, totalMs: 5_000, rows: 20_000 },
    { tables, how: 'plan' },
    10,
    3_600,
  )
  if (typeof found === 'string') throw new Error(found)
  return found
}

function render(list: readonly Advice[], isRich = false): string {
  const leftOut = { uncacheable: 0, written: 0, once: 0, 'no-table': 0, unknown: 0 }
  return renderAdvice({ advice: list, leftOut, hidden: 0, seconds: 3_600, totalMs: 10_000 }, isRich)
}

describe('advice', () => {
  it.each([
    [0.5, { browser: '1s', cdn: '1s', l2: '1m' }],
    [60, { browser: '5s', cdn: '10s', l2: '1m' }],
    [3_600, { browser: '5m', cdn: '15m', l2: '1h' }],
    [Number.POSITIVE_INFINITY, { browser: '5m', cdn: '1h', l2: '1d' }],
  ])('for what is written every %d s is %j', (seconds, lifetimes) => {
    expect(adviseLifetimes(seconds)).toEqual(lifetimes)
  })

  it('counts what a write takes away', () => {
    expect(advice('SELECT 1')).toMatchObject({ hitShare: 1_000 / 1_010, savedMs: (5_000 * 1_000) / 1_010 })
  })

  it.each([
    ['once', 1, 0, TABLE],
    ['written', 100, 51, TABLE],
    ['no-table', 100, 0, []],
    ['no-table', 100, 0, [{ schema: 'pg_catalog', table: 'pg_class' }]],
    ['no-table', 100, 0, [{ schema: 'thermocline', table: 'outbox' }]],
  ] as const)('is not given (%s) for %d calls and %d writes', (reason, calls, writes, tables) => {
    const found = adviseOn(
      { sql: 'SELECT 1', calls, totalMs: 1, rows: 1 },
      { tables, how: 'plan' },
      writes,
      60,
    )
    expect(found).toBe(reason)
  })

  it('is at most 100 columns wide, and bold only in a terminal', () => {
    const text = render([advice(`SELECT ${'a, '.repeat(100)} b FROM products`)])
    const row = text.split('\n').find((line) => line.startsWith('1 ')) ?? ''
    expect([row.length, row.endsWith('...')]).toEqual([100, true])
    expect(text).not.toContain('\u001B')
    const [plain, bold] = [render([advice('SELECT 1')]), render([advice('SELECT 1')], true)]
    expect(stripVTControlCharacters(bold)).toBe(plain)
  })

  it('can be pasted, whatever stands in the statement', () => {
    const sql = "SELECT E'\\n`${x}`' AS \"it's\" FROM products WHERE a = $2 AND b = $1 \u001B[2J"
    const odd = [{ schema: 'My.Shop', table: "it's" }]
    const text = render([advice(sql, odd)])
    expect(text).not.toContain('\u001B')
    const code = text.slice(text.indexOf('const policies'))
    const calls: unknown[][] = []
    const definePolicies = (policies: unknown) => calls.push([policies])
    // oxlint-disable-next-line typescript/no-implied-eval -- what it prints is there to be run.
    const pasted = new Function('definePolicies', 'publicData', 'query', `return (async () => { ${code} })()`)
    pasted(
      definePolicies,
      (options: unknown) => options,
      (...args: unknown[]) => calls.push(args),
    )
    expect(calls).toEqual([
      [{ itS: { browser: '30s', cdn: '1m', l2: '5m' } }],
      [sql.replace('\u001B', '?'), [], { policy: 'itS', tables: [`"My.Shop".it's`] }],
    ])
  })

  it('says so where there is none', () => {
    expect(render([])).toMatch(/^Counted for 60 min\. Nothing here deserves caching\./)
  })
})
