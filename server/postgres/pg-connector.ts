import { setTimeout as sleep } from 'node:timers/promises'
import { ThermoclineError, describeValue } from '../../policy/index.ts'
import type { PostgresConnection, PostgresConnector, ResultRow } from './connection.ts'
import { quoteIdentifier } from './identifiers.ts'

/** The part of a `Client` of the package pg that is used here, by shape, so that the package has no run-time need of it. */
export interface PgClientLike {
  connect(): Promise<unknown>
  query(text: string, values?: string[]): Promise<{ readonly rows: ResultRow[] }>
  on(event: 'error' | 'end' | 'notification', listener: (about?: unknown) => void): unknown
  end(): Promise<void>
  /** Its socket, to be cut where the server says nothing any more. */
  readonly connection?: { readonly stream?: { destroy(): unknown } }
}

const GOODBYE_MS = 500

/**
 * Connections of node-postgres. Give a function that makes a new `Client` each time, not yet connected: one that listens can't come
 * from a pool, nor through a pooler that shares sessions. Throws `option-invalid`.
 *
 * @example
 * pgConnector(() => new Client({ connectionString: process.env.DATABASE_URL }))
 */
export function pgConnector(create: () => PgClientLike): PostgresConnector {
  if (typeof create !== 'function') {
    throw new ThermoclineError(
      'option-invalid',
      `\`pgConnector\` was given ${describeValue(create)}. Give a function that makes a new \`Client\` of pg each time.`,
    )
  }
  return async (lost) => {
    const client = create()
    if ('totalCount' in client) {
      throw new ThermoclineError(
        'option-invalid',
        '`pgConnector` was given a function that returns a `Pool`. Return a new `Client`: each statement of a pool may go to another session.',
      )
    }
    // Without a listener an error event would end the process.
    client.on('error', lost)
    client.on('end', () => lost(new Error('Postgres has closed the connection.')))
    try {
      await client.connect()
    } catch (error) {
      await hangUp(client)
      throw error
    }
    return connectionOf(client)
  }
}

function connectionOf(client: PgClientLike): PostgresConnection {
  return {
    query: async (text, values = []) => (await client.query(text, [...values])).rows,
    run: async (script) => {
      // Without values it goes out as one message, and Postgres runs all of it in one transaction.
      await client.query(script)
    },
    listen: async (channel, heard) => {
      client.on('notification', (message) => {
        if ((message as { readonly channel?: unknown }).channel === channel) heard()
      })
      await client.query(`LISTEN ${quoteIdentifier(channel)}`)
    },
    close: async () => hangUp(client),
  }
}

/** A frozen server never answers a polite goodbye, and the socket would wait for it. */
async function hangUp(client: PgClientLike): Promise<void> {
  const given = new AbortController()
  const wait = sleep(GOODBYE_MS, undefined, { signal: given.signal }).catch(() => {})
  await Promise.race([client.end().catch(() => {}), wait])
  given.abort()
  client.connection?.stream?.destroy()
}
