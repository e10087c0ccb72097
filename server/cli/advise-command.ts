import { env, stdout } from 'node:process'
import { Command, InvalidArgumentError } from 'commander'
import { findFunctions } from '../query/catalogue.ts'
import { readStatement, refuseCalls } from '../query/read-statement.ts'
import { type Advice, type LeftOut, adviseOn } from './advise-rank.ts'
import { adviceFacts, renderAdvice } from './advise-report.ts'
import { type StatementStatistics, readStatistics } from './advise-statistics.ts'
import { findTables } from './advise-tables.ts'
import { readWrites } from './advise-writes.ts'
import { type OwnPostgres, connectPostgres } from './connect-postgres.ts'
import { CommandError } from './fail.ts'

interface AdviseFlags {
  readonly database?: string
  readonly limit: number
  readonly json?: true
}

/** `thermocline advise`: which statements of a database deserve caching. */
export function adviseCommand(): Command {
  return new Command('advise')
    .summary('list the statements of a Postgres that deserve caching')
    .description(
      'Reads pg_stat_statements, and lists the statements that a cache would save the most of, with the policy to give them. It changes nothing.',
    )
    .option('--database <url>', 'the database, postgresql://…; else DATABASE_URL (needs pg)')
    .option('--limit <number>', 'how many to list, 1 to 100', parseLimit, 10)
    .option('--json', 'print the structure, for programs')
    .addHelpText(
      'after',
      '\nA password is better in DATABASE_URL, or in PGPASSWORD: others see command lines.\n' +
        '\nExample:\n  $ thermocline advise --database postgresql://reader@127.0.0.1/shop --limit 5',
    )
    .action((flags: AdviseFlags) => runAdvise(flags))
}

async function runAdvise({ database, limit, json }: AdviseFlags): Promise<void> {
  const db = await connectPostgres(checkUrl(database ?? env['DATABASE_URL']))
  try {
    const { statements, hidden, seconds } = await readStatistics(db)
    const { advice, leftOut } = await adviseOnAll(db, statements, seconds, limit)
    const totalMs = statements.reduce((sum, statement) => sum + statement.totalMs, 0)
    const report = { advice, leftOut, hidden, seconds, totalMs }
    const isRich = stdout.isTTY && env['NO_COLOR'] === undefined
    console.log(json ? JSON.stringify(adviceFacts(report), undefined, 2) : renderAdvice(report, isRich))
  } finally {
    await db.close()
  }
}

async function adviseOnAll(
  db: OwnPostgres,
  statements: readonly StatementStatistics[],
  seconds: number,
  limit: number,
) {
  const writes = await readWrites(db)
  const [row] = await db.query("SELECT pg_catalog.current_setting('server_version_num') AS version")
  const version = Number(row?.['version'])
  let advice: Advice[] = []
  const leftOut: Record<LeftOut, number> = { uncacheable: 0, written: 0, once: 0, 'no-table': 0, unknown: 0 }
  for (const statement of statements) {
    // The most expensive come first, and none saves more than it costs.
    if (advice.length === limit && statement.totalMs <= (advice.at(-1)?.savedMs ?? 0)) break
    const found = await judge(db, statement, { writes, version, seconds })
    if (typeof found === 'string') leftOut[found] += 1
    else advice = [...advice, found].toSorted((a, b) => b.savedMs - a.savedMs).slice(0, limit)
  }
  return { advice, leftOut }
}

interface Surroundings {
  readonly writes: Awaited<ReturnType<typeof readWrites>>
  readonly version: number
  readonly seconds: number
}

async function judge(
  db: OwnPostgres,
  statement: StatementStatistics,
  { writes, version, seconds }: Surroundings,
): Promise<Advice | LeftOut> {
  if (readStatement(statement.sql).refusal !== undefined) return 'uncacheable'
  const found = await findTables(db, statement.sql, version)
  if (found === undefined) return 'unknown'
  if (refuseCalls(found.calls) !== undefined) return 'uncacheable'
  const asked = {
    query: async (text: string, values?: unknown[]) => ({ rows: [...(await db.query(text, values))] }),
  }
  const functions = await findFunctions(asked, found.calls)
  if (functions.some(({ isVolatile }) => isVolatile)) return 'uncacheable'
  return adviseOn(statement, found, writes(found.tables), seconds)
}

/** Not left to commander, which would print what was given, and with it a password. */
function checkUrl(url: string | undefined): string {
  if (url === undefined || url === '') {
    throw new CommandError(
      "give '--database <url>', such as postgresql://reader@127.0.0.1/shop, or set DATABASE_URL",
      2,
    )
  }
  if (/^postgres(?:ql)?:\/\//.test(url) && URL.canParse(url)) return url
  throw new CommandError('--database is no URL that starts with postgresql://', 2)
}

function parseLimit(text: string): number {
  const limit = Number(text)
  if (/^\d{1,3}$/.test(text) && limit >= 1 && limit <= 100) return limit
  throw new InvalidArgumentError('Give a number from 1 to 100.')
}
