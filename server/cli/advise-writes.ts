import { type TableName, displayName } from '../postgres/identifiers.ts'
import type { OwnPostgres } from './connect-postgres.ts'

/** Those of partitions count for their table too. */
const WRITES = `
WITH RECURSIVE line (leaf, oid, writes) AS (
  SELECT relid, relid, n_tup_ins + n_tup_upd + n_tup_del FROM pg_catalog.pg_stat_user_tables
  UNION SELECT line.leaf, i.inhparent, line.writes FROM line JOIN pg_catalog.pg_inherits i ON i.inhrelid = line.oid
)
SELECT n.nspname AS schema, c.relname AS name, pg_catalog.sum(line.writes)::float8 AS writes
FROM line JOIN pg_catalog.pg_class c ON c.oid = line.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
GROUP BY n.nspname, c.relname`

/** How many rows have been written to some tables, ever since the database counts. */
export async function readWrites(db: OwnPostgres): Promise<(tables: readonly TableName[]) => number> {
  const rows = await db.query(WRITES)
  const byTable = new Map(
    rows.map((row) => [
      displayName({ schema: String(row['schema']), table: String(row['name']) }),
      Number(row['writes']),
    ]),
  )
  return (tables) => tables.reduce((sum, table) => sum + (byTable.get(displayName(table)) ?? 0), 0)
}
