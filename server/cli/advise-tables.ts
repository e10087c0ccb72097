import { type TableName, quoteIdentifier } from '../postgres/identifiers.ts'
import { MADE_OF } from '../query/made-of.ts'
import { readPlan } from '../query/read-plan.ts'
import { type SqlCall, callsIn } from '../query/read-statement.ts'
import { type SqlToken, readTokens } from '../query/sql-tokens.ts'
import type { OwnPostgres } from './connect-postgres.ts'

/** What a statement reads and calls, and how that is known. */
export interface StatementTables {
  /** Partitions stand under the table that they are of. */
  readonly tables: readonly TableName[]
  readonly calls: readonly SqlCall[]
  readonly how: 'plan' | 'text'
}

const GENERIC_PLAN_SINCE = 160_000
const NAME = 'thermocline_advise'
const OPTIONS = 'VERBOSE, FORMAT JSON'

const ROOTS = `
WITH RECURSIVE line (name, oid) AS (
  SELECT r.name, c.oid FROM pg_catalog.json_to_recordset($1::text::json) AS r (name text, schema text, relation text)
  JOIN pg_catalog.pg_namespace n ON n.nspname = r.schema JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = r.relation
  UNION SELECT line.name, i.inhparent FROM line JOIN pg_catalog.pg_inherits i ON i.inhrelid = line.oid
)
SELECT DISTINCT n.nspname AS schema, c.relname AS name FROM line
JOIN pg_catalog.pg_class c ON c.oid = line.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid) ORDER BY 1, 2`

/** Tables by their names; views are resolved into what they are made of. */
const BY_NAME = `
WITH RECURSIVE made_of (oid, kind) AS (
  SELECT c.oid, c.relkind FROM pg_catalog.json_array_elements_text($1::text::json) AS given (name)
  JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(given.name)
  UNION ${MADE_OF}
)
SELECT DISTINCT n.nspname AS schema, c.relname AS name, c.relkind::text AS kind FROM made_of
JOIN pg_catalog.pg_class c ON c.oid = made_of.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE made_of.kind <> 'v' ORDER BY 1, 2`

const AFTER_FROM = new Set([
  'where',
  'group',
  'having',
  'order',
  'limit',
  'offset',
  'fetch',
  'union',
  'except',
  'intersect',
  'window',
])

/** `undefined` where nothing certain can be said. */
export async function findTables(
  db: OwnPostgres,
  sql: string,
  version: number,
): Promise<StatementTables | undefined> {
  const rows = (await mayPlan(db)) ? await planOf(db, sql, version).catch(() => undefined) : undefined
  if (rows === undefined) {
    // As where a constant stood that can't be a parameter, such as in `interval '1 day'`.
    return tablesInText(db, sql).catch(() => undefined)
  }
  const { relations, calls } = readPlan(rows)
  const given = relations.map(({ schema, name }) => ({ name, schema, relation: name }))
  return { tables: tablesOf(await db.query(ROOTS, [JSON.stringify(given)])), calls, how: 'plan' }
}

/**
 * Planning runs functions that their owners call immutable, and statements come from any role: one that may do everything must not plan
 * what others wrote.
 */
async function mayPlan(db: OwnPostgres): Promise<boolean> {
  const [role] = await db.query(
    'SELECT rolsuper OR rolcreaterole OR rolbypassrls AS mighty FROM pg_catalog.pg_roles WHERE rolname = current_user',
  )
  return role?.['mighty'] === false
}

/** A plan for any parameters: on older servers that of a prepared statement, which is made once it is told not to look at them. */
async function planOf(db: OwnPostgres, sql: string, version: number) {
  const isGeneric = version >= GENERIC_PLAN_SINCE
  await db.query('BEGIN READ ONLY')
  try {
    return await (isGeneric ? db.query(`EXPLAIN (GENERIC_PLAN, ${OPTIONS}) ${sql}`) : planPrepared(db, sql))
  } finally {
    // With whatever settings a function has made.
    await db.query('ROLLBACK')
    if (!isGeneric) await db.query('DEALLOCATE ALL')
  }
}

async function planPrepared(db: OwnPostgres, sql: string) {
  await db.query("SELECT pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', false)")
  await db.query(`PREPARE ${NAME} AS ${sql}`)
  const [prepared] = await db.query(
    `SELECT pg_catalog.cardinality(parameter_types) AS count FROM pg_catalog.pg_prepared_statements WHERE name = '${NAME}'`,
  )
  const values = Array.from({ length: Number(prepared?.['count'] ?? 0) }, () => 'NULL').join(', ')
  return db.query(`EXPLAIN (${OPTIONS}) EXECUTE ${NAME}${values === '' ? '' : `(${values})`}`)
}

/** What stands after FROM and JOIN. Whatever else might be a table makes it uncertain. */
async function tablesInText(db: OwnPostgres, sql: string): Promise<StatementTables | undefined> {
  const { tokens, isCertain } = readTokens(sql)
  if (!isCertain) return undefined
  const names = new Set<string>()
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind !== 'word' || (text !== 'from' && text !== 'join')) continue
    if (hasListAfter(tokens, index)) return undefined
    const first = tokens[index + 1]
    if (first === undefined || (first.kind !== 'word' && first.kind !== 'quoted')) continue
    const isQualified = tokens[index + 2]?.text === '.'
    names.add(isQualified ? `${first.text}.${tokens[index + 3]?.text ?? ''}` : first.text)
  }
  const found = await db.query(BY_NAME, [JSON.stringify([...names])])
  if (found.length === 0 || found.some(({ kind }) => !isTable(kind))) return undefined
  return { tables: tablesOf(found), calls: callsIn(tokens), how: 'text' }
}

/** `FROM a, b`: which of the words after it are tables only a parser can say. */
function hasListAfter(tokens: readonly SqlToken[], from: number): boolean {
  let depth = 0
  for (const { kind, text } of tokens.slice(from + 1)) {
    if (text === '(') depth += 1
    if (text === ')') depth -= 1
    if (depth < 0 || (depth === 0 && kind === 'word' && AFTER_FROM.has(text))) return false
    if (depth === 0 && text === ',') return true
  }
  return false
}

function isTable(kind: unknown): boolean {
  return kind === 'r' || kind === 'p' || kind === 'm'
}

function tablesOf(rows: readonly Readonly<Record<string, unknown>>[]): TableName[] {
  return rows.map((row) => ({ schema: String(row['schema']), table: String(row['name']) }))
}

/** As `tables` takes it. */
export function declaredName({ schema, table }: TableName): string {
  const parts = (schema === 'public' ? [table] : [schema, table]).map((part) =>
    /[."]/.test(part) ? quoteIdentifier(part) : part,
  )
  return parts.join('.')
}
