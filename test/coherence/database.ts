import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Pool } from 'pg'
import { KEYS } from './keys.ts'

const PROGRAM = fileURLToPath(new URL('./database-process.ts', import.meta.url))

/** A table of versions, one row a key, in a database that other processes reach. */
export interface Database {
  readonly url: string
  close(): Promise<void>
}

export const TABLE = 'thermocline_coherence'

/** In a process of its own, as databases are: embedded, or the one that `COHERENCE_DATABASE_URL` names. */
export async function startDatabase(): Promise<Database> {
  const server = process.env['COHERENCE_DATABASE_URL']
  const place = server === undefined ? await embedded() : { url: server, close: async () => {} }
  const pool = new Pool({ connectionString: place.url, max: 1 })
  const rows = KEYS.map((key) => `('${key}', 0)`).join(', ')
  await pool.query(`DROP TABLE IF EXISTS ${TABLE}`)
  await pool.query(`CREATE TABLE ${TABLE} (key text PRIMARY KEY, version int NOT NULL)`)
  await pool.query(`INSERT INTO ${TABLE} VALUES ${rows}`)
  return {
    url: place.url,
    close: async () => {
      await pool.query(`DROP TABLE ${TABLE}`)
      await pool.end()
      await place.close()
    },
  }
}

async function embedded(): Promise<Database> {
  const child = fork(PROGRAM, { execArgv: ['--import', 'tsx'] })
  const [url] = (await once(child, 'message')) as [string]
  return {
    url,
    close: async () => {
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    },
  }
}
