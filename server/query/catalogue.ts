import { displayName } from '../postgres/identifiers.ts'
import type { PlannedRelation } from './read-plan.ts'
import type { SqlCall } from './read-statement.ts'
import type { QueryableDatabase } from './query-options.ts'

/** A table as the catalogue has it, with those that it is a partition or a child of. */
export interface KnownRelation {
  readonly name: string
  /** `pg_class.relkind`, or `undefined` where there is no such thing. */
  readonly kind: string | undefined
  /** It and all above it; a statement may read a partition of what it names. */
  readonly line: readonly { readonly name: string; readonly isRoot: boolean; readonly isHeard: boolean }[]
}

/** What a name that is called stands for. */
export interface KnownFunction {
  readonly name: string
  readonly isBuiltIn: boolean
  /** Whether each of that name is declared VOLATILE, which also is what nobody has declared. */
  readonly isVolatile: boolean
  /** Whether one has a body that no plan shows. */
  readonly isOpaque: boolean
}

const RELATIONS = `
WITH RECURSIVE given AS (
  SELECT r.schema, r.name, c.oid, c.relkind
  FROM pg_catalog.json_to_recordset($1::text::json) AS r (schema text, name text)
  LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = r.schema
  LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = r.name
), line (leaf, oid) AS (
  SELECT oid, oid FROM given WHERE oid IS NOT NULL
  UNION SELECT line.leaf, i.inhparent FROM line JOIN pg_catalog.pg_inherits i ON i.inhrelid = line.oid
)
SELECT given.schema AS schema, given.name AS name, given.relkind::text AS kind, n.nspname AS line_schema, c.relname AS line_name,
  NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid) AS is_root,
  EXISTS (SELECT FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid
    WHERE t.tgrelid = c.oid AND f.proname LIKE 'record\\_change\\_%' AND t.tgenabled <> 'D') AS is_heard
FROM given LEFT JOIN line ON line.leaf = given.oid
LEFT JOIN pg_catalog.pg_class c ON c.oid = line.oid LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace`

const FUNCTIONS = `
SELECT n.nspname AS schema, p.proname AS name, pg_catalog.bool_and(p.provolatile = 'v') AS is_volatile,
  pg_catalog.bool_or(l.lanname NOT IN ('c', 'internal')) AS is_opaque
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE p.proname IN (SELECT pg_catalog.json_array_elements_text($1::text::json))
GROUP BY n.nspname, p.proname`

/** Looks relations up, in the order in which they were given. */
export async function findRelations(
  db: QueryableDatabase,
  relations: readonly PlannedRelation[],
): Promise<KnownRelation[]> {
  const wanted = JSON.stringify(relations.map(({ schema, name }) => ({ schema, name })))
  const rows = (await db.query(RELATIONS, [wanted])).rows as readonly Readonly<Record<string, unknown>>[]
  return relations.map(({ schema, name }) => {
    const own = rows.filter((row) => row['schema'] === schema && row['name'] === name)
    const kind = own[0]?.['kind']
    return {
      name: displayName({ schema, table: name }),
      kind: typeof kind === 'string' ? kind : undefined,
      line: own
        .filter((row) => row['line_name'] !== null)
        .map((row) => ({
          name: displayName({ schema: String(row['line_schema']), table: String(row['line_name']) }),
          isRoot: row['is_root'] === true,
          isHeard: row['is_heard'] === true,
        })),
    }
  })
}

/** Looks up what is called. A name without a schema is Postgres's own where there is one of that name. */
export async function findFunctions(
  db: QueryableDatabase,
  calls: readonly SqlCall[],
): Promise<KnownFunction[]> {
  if (calls.length === 0) return []
  const names = JSON.stringify([...new Set(calls.map(({ name }) => name))])
  const rows = (await db.query(FUNCTIONS, [names])).rows as readonly Readonly<Record<string, unknown>>[]
  const found = rows.filter((row) =>
    calls.some(
      ({ schema, name }) =>
        row['name'] === name && (schema === undefined ? isFirst(row, rows) : row['schema'] === schema),
    ),
  )
  return found.map((row) => ({
    name: displayName({ schema: String(row['schema']), table: String(row['name']) }),
    isBuiltIn: isBuiltIn(row),
    isVolatile: row['is_volatile'] === true,
    isOpaque: row['is_opaque'] === true,
  }))
}

function isFirst(
  row: Readonly<Record<string, unknown>>,
  rows: readonly Readonly<Record<string, unknown>>[],
): boolean {
  return isBuiltIn(row) || !rows.some((other) => other['name'] === row['name'] && isBuiltIn(other))
}

function isBuiltIn(row: Readonly<Record<string, unknown>>): boolean {
  return row['schema'] === 'pg_catalog'
}
