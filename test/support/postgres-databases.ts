import { PGlite } from '@electric-sql/pglite'
import { Client, Pool } from 'pg'
import type { PostgresConnector } from '../../server/postgres/connection.ts'
import { pgConnector } from '../../server/postgres/pg-connector.ts'
import { pgliteConnector } from '../../server/postgres/pglite-connector.ts'
import type { QueryableDatabase } from '../../server/query/query-options.ts'
import { PostgresServer, findPostgres } from './postgres-server.ts'

/** A database, and somebody else who writes to it. */
export interface TestDatabase {
  readonly name: string
  readonly connector: () => PostgresConnector
  /** As the application has it. */
  readonly db: QueryableDatabase
  write(sql: string): Promise<void>
  rows(sql: string): Promise<readonly Record<string, unknown>[]>
  close(): Promise<void>
}

/** All that a source has to work on: the embedded one always, and a server where one is installed. */
export const DATABASES: readonly { readonly name: string; readonly open: () => Promise<TestDatabase> }[] = [
  { name: 'PGlite', open: openPglite },
  ...((await findPostgres()) === undefined ? [] : [{ name: 'PostgreSQL', open: openServer }]),
]

async function openPglite(): Promise<TestDatabase> {
  const db = await PGlite.create()
  return {
    name: 'PGlite',
    connector: () => pgliteConnector(db),
    db,
    write: async (sql) => void (await db.exec(sql)),
    rows: async (sql) => (await db.query<Record<string, unknown>>(sql)).rows,
    close: () => db.close(),
  }
}

async function openServer(): Promise<TestDatabase> {
  const server = await PostgresServer.start()
  const client = new Client(server.url)
  await client.connect()
  const pool = new Pool({ connectionString: server.url, max: 3 })
  pool.on('error', () => {})
  return {
    name: 'PostgreSQL',
    connector: () => pgConnector(() => new Client(server.url)),
    db: pool,
    write: async (sql) => void (await client.query(sql)),
    rows: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
    close: async () => {
      await pool.end()
      await client.end()
      await server.close()
    },
  }
}
