import type { Client } from 'pg'
import { CommandError } from './fail.ts'

/** A session that the command owns. */
export interface OwnPostgres {
  query(text: string, values?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>
  close(): Promise<void>
}

const CONNECT_MS = 10_000
/** It only reads, and must not be what the database is busy with. */
const SETTINGS =
  "SET default_transaction_read_only = on; SET statement_timeout = '30s'; SET lock_timeout = '2s'"

/** Throws a `CommandError` where pg is not installed or the database can't be reached; without the password that a URL may hold. */
export async function connectPostgres(url: string): Promise<OwnPostgres> {
  const pg = await loadPg()
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'thermocline',
  })
  // Without a listener an error event would end the process; the statement under way says it too.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query(SETTINGS)
  } catch (error) {
    await client.end().catch(() => {})
    throw new CommandError(`The database can not be reached: ${reasonOf(error)}`)
  }
  return {
    query: async (text, values = []) =>
      (values.length === 0 ? await client.query(text) : await client.query(text, [...values]))
        .rows as Readonly<Record<string, unknown>>[],
    close: () => client.end().catch(() => {}),
  }
}

/** Several addresses that all failed make an error without a message. */
function reasonOf(error: unknown): string {
  const { message, code } = error as { message?: unknown; code?: unknown }
  if (typeof message === 'string' && message !== '') return message
  return typeof code === 'string' ? code : 'no connection'
}

async function loadPg(): Promise<{ readonly Client: typeof Client }> {
  try {
    return await import('pg')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new CommandError('--database needs the package pg. Install it: npm install pg')
  }
}
