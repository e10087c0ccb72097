import { quoteIdentifier } from '../postgres/identifiers.ts'
import { ASK_VERSION, describeTooOld } from '../postgres/server-version.ts'
import type { OwnPostgres } from './connect-postgres.ts'
import { CommandError } from './fail.ts'

/** A statement as pg_stat_statements has it: constants stand as $1, $2. */
export interface StatementStatistics {
  readonly sql: string
  readonly calls: number
  readonly totalMs: number
  readonly rows: number
}

export interface Statistics {
  /** The most expensive first. */
  readonly statements: readonly StatementStatistics[]
  /** How many have a text that this role may not see. */
  readonly hidden: number
  /** For how long they have been counted. */
  readonly seconds: number
}

const EXTENSION = `
SELECT n.nspname AS schema FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'`

const STATE = `
SELECT pg_catalog.current_setting('pg_stat_statements.max', true) IS NOT NULL AS is_loaded,
  EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'pg_stat_statements') AS is_available,
  (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'shared_preload_libraries') AS libraries`

/** Those of other commands are left out later, by their text. */
const MOST_READ = 500

/** Reads what has been run in this database. Throws a `CommandError` with what to do where nothing is counted. */
export async function readStatistics(db: OwnPostgres): Promise<Statistics> {
  // What it counts has other names before 13, and since when it counts is known from 14 on.
  const tooOld = describeTooOld((await db.query(ASK_VERSION))[0])
  if (tooOld !== undefined) throw new CommandError(`The database is ${tooOld}`)
  const [extension] = await db.query(EXTENSION)
  const [state] = await db.query(STATE)
  if (extension === undefined || state?.['is_loaded'] !== true) {
    throw new CommandError(whatToDo(state, extension !== undefined))
  }
  const schema = quoteIdentifier(String(extension['schema']))
  const rows = await db.query(`
    SELECT query, sum(calls)::float8 AS calls, sum(total_exec_time)::float8 AS total_ms, sum(rows)::float8 AS rows
    FROM ${schema}.pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
    GROUP BY query ORDER BY total_ms DESC LIMIT ${MOST_READ}`)
  const [since] = await db.query(`
    SELECT extract(epoch FROM pg_catalog.clock_timestamp() - stats_reset)::float8 AS seconds FROM ${schema}.pg_stat_statements_info`)
  const isHidden = (sql: unknown): boolean => typeof sql !== 'string' || sql === '<insufficient privilege>'
  return {
    statements: rows
      .filter(({ query }) => !isHidden(query))
      .map(({ query, calls, total_ms, rows: given }) => ({
        sql: String(query),
        calls: Number(calls),
        totalMs: Number(total_ms),
        rows: Number(given),
      })),
    hidden: rows.filter(({ query }) => isHidden(query)).length,
    seconds: Math.max(1, Number(since?.['seconds'] ?? 0)),
  }
}

function whatToDo(state: Readonly<Record<string, unknown>> | undefined, isCreated: boolean): string {
  const create = 'CREATE EXTENSION pg_stat_statements;'
  if (state?.['is_loaded'] === true) return `The database has no pg_stat_statements yet. Run in it: ${create}`
  if (state?.['is_available'] !== true && !isCreated) {
    return `This server has no pg_stat_statements. Install the contrib modules of PostgreSQL, then come back.`
  }
  const libraries = typeof state?.['libraries'] === 'string' ? state['libraries'] : ''
  const list = [...libraries.split(',').map((name) => name.trim()), 'pg_stat_statements']
    .filter(Boolean)
    .join(', ')
  return (
    `The server does not count statements. Run as a superuser: ALTER SYSTEM SET shared_preload_libraries = ${list}; ` +
    `then restart PostgreSQL${isCreated ? '' : `, and run in this database: ${create}`}`
  )
}
