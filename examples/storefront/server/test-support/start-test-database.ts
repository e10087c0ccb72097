import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Client, type Pool } from 'pg'
import { buildCatalogue } from '../catalogue/build-catalogue.ts'
import { createPool } from '../database/pool.ts'
import { seed } from '../database/seed.ts'
import { openEmbeddedDatabase } from '../launcher/embedded-database.ts'
import { databaseDir } from '../paths.ts'

export interface TestDatabase {
  readonly url: string
  /** Another pool, as another process would have. */
  connect(): Pool
  close(): Promise<void>
}

interface Place {
  readonly url: string
  close(): Promise<void>
}

/**
 * A database of the test's own, over the real wire protocol: embedded or, where `STOREFRONT_TEST_DATABASE_URL` names a
 * PostgreSQL server, a new one there.
 */
export async function startTestDatabase({ seeded = true }: { seeded?: boolean } = {}): Promise<TestDatabase> {
  const server = process.env['STOREFRONT_TEST_DATABASE_URL']
  const place = await (server === undefined ? embeddedPlace() : serverPlace(server))
  const pools: Pool[] = []
  const connect = (): Pool => {
    const pool = createPool(place.url)
    // A shop gives up after a while. A test on a busy machine does not.
    Object.assign(pool.options, { connectionTimeoutMillis: 0, query_timeout: 0 })
    pools.push(pool)
    return pool
  }
  if (seeded) await seed(connect(), await buildCatalogue())
  return {
    url: place.url,
    connect,
    close: async () => {
      await Promise.all(pools.map((pool) => pool.end()))
      await place.close()
    },
  }
}

async function embeddedPlace(): Promise<Place> {
  const directory = await copyOfEmptyDatabase()
  const embedded = await openEmbeddedDatabase(directory)
  return {
    url: embedded.url,
    close: async () => {
      await embedded.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function serverPlace(server: string): Promise<Place> {
  const name = `storefront_test_${randomBytes(6).toString('hex')}`
  const command = async (text: string): Promise<void> => {
    const client = new Client(server)
    await client.connect()
    await client.query(text)
    await client.end()
  }
  await command(`CREATE DATABASE ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.toString(), close: () => command(`DROP DATABASE ${name}`) }
}

/** A directory for `openEmbeddedDatabase`. Creating a database takes seconds, copying an empty one does not. */
export async function copyOfEmptyDatabase(): Promise<string> {
  const template = join(dirname(databaseDir), 'empty-test-database')
  if (!existsSync(template)) {
    await mkdir(dirname(template), { recursive: true })
    const unfinished = await mkdtemp(`${template}-`)
    const database = await openEmbeddedDatabase(unfinished)
    await database.close()
    // Another test file may have been quicker.
    await rename(unfinished, template).catch(() => rm(unfinished, { recursive: true, force: true }))
  }
  const directory = await mkdtemp(join(tmpdir(), 'thermocline-database-'))
  await cp(template, directory, { recursive: true })
  return directory
}
