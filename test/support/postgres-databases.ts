import { PGlite } from '@electric-sql/pglite'
import { Client } from 'pg'
import type { PostgresConnector } from '../../server/postgres/connection.ts'
import { pgConnector } from '../../server/postgres/pg-connector.ts'
import { pgliteConnector } from '../../server/postgres/pglite-connector.ts'
import { PostgresServer, findPostgres } from './postgres-server.ts'

/** A database, and somebody else who writes to it. */
export interface TestDatabase {
  readonly name: string
  readonly connector: () => PostgresConnector
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
    write: async (sql) => void (await db.exec(sql)),
    rows: async (sql) => (await db.query<Record<string, unknown>>(sql)).rows,
    close: () => db.close(),
  }
}

async function openServer(): Promise<TestDatabase> {
  const server = await PostgresServer.start()
  const client = new Client(server.url)
  await client.connect()
  return {
    name: 'PostgreSQL',
    connector: () => pgConnector(() => new Client(server.url)),
    write: async (sql) => void (await client.query(sql)),
    rows: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
    close: async () => {
      await client.end()
      await server.close()
    },
  }
}
