import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { Client, Pool } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TieredCache, createTieredCache } from '../server/cache/tiered-cache.ts'
import { createEdges } from '../server/edges/edges.ts'
import { fastly } from '../server/edges/vendors/fastly.ts'
import { pgConnector } from '../server/postgres/pg-connector.ts'
import { postgresSource } from '../server/postgres/postgres-source.ts'
import { invalidationStream } from '../server/stream/invalidation-stream.ts'
import { LastingBrowser } from './support/lasting-browser.ts'
import { PostgresServer, findPostgres } from './support/postgres-server.ts'
import { RedisServer } from './support/redis-server.ts'
import { serve } from './support/serve.ts'
import { Told } from './support/told.ts'
import { FastlyEndpoint } from './support/vendors/fastly-endpoint.ts'
import { waitUntil } from './support/wait-until.ts'

const DOOMED = fileURLToPath(new URL('support/doomed-listener.ts', import.meta.url))
const ROWS = 300
const WRITERS = 3
const IDS = Array.from({ length: ROWS }, (_, index) => index + 1)
const isInstalled = (await findPostgres()) !== undefined
if (!isInstalled) console.warn('Skipped: no PostgreSQL server (Debian: apt-get install postgresql).')

const groupOf = (id: number): string => `product-${id}`
const steps: (() => unknown)[] = []
/** Of each row, when it is known to be committed. Each is changed once, so that whoever names it has heard of that change. */
const committed = new Map<number, number>()
let postgres: PostgresServer
let redis: RedisServer
let pool: Pool

beforeAll(async () => {
  if (!isInstalled) return
  ;[postgres, redis] = await Promise.all([PostgresServer.start(), RedisServer.start()])
  pool = new Pool({ connectionString: postgres.url, max: WRITERS + 4 })
  pool.on('error', () => {})
  await pool.query('CREATE TABLE products (id int PRIMARY KEY, price int)')
  await pool.query('INSERT INTO products SELECT n, 0 FROM generate_series(1, $1::int) AS n', [ROWS])
})

afterAll(async () => {
  for (const step of steps.splice(0).reverse()) await step()
  if (!isInstalled) return
  await pool.end()
  await Promise.all([postgres.close(), redis.kill()])
})

interface Process {
  readonly cache: TieredCache
  readonly source: ReturnType<typeof postgresSource>
  readonly url: string
}

/** What one process of an application has: a cache, edges, a source, and streams to browsers. */
async function openProcess(endpoint: string): Promise<Process> {
  const client = new Redis(redis.url, { retryStrategy: () => 50, maxRetriesPerRequest: null })
  client.on('error', () => {})
  const cache = createTieredCache({ redis: client, namespace: 'faults' })
  expect(await cache.ready(30_000)).toBe(true)
  const edges = createEdges({ cache, edges: [fastly({ service: 'shop', token: 'secret', endpoint })] })
  const source = postgresSource({
    cache,
    connect: pgConnector(() => new Client({ connectionString: postgres.url })),
    tables: { products: ['product-{id}'] },
    lookMs: 100,
  })
  const stream = invalidationStream({ cache, edges, edgeTimeout: '1s', beat: 200, retry: 10 })
  const site = await serve((request, response) => stream.handler(request, response))
  steps.push(
    () => client.disconnect(),
    () => cache.close(),
    () => edges.close(),
    () => source.close(),
    () => site.close(),
    () => stream.close(),
  )
  return { cache, source, url: site.url }
}

/** A price as that process answers it. */
const priceIn = ({ cache }: Process, id: number): Promise<number> =>
  cache.getOrSet(
    `price:${id}`,
    async () => {
      const { rows } = await pool.query<{ price: number }>('SELECT price FROM products WHERE id = $1', [id])
      return rows[0]?.price ?? -1
    },
    { l1: '1h', l2: '1h', groups: [groupOf(id)] },
  )

const pricesIn = (each: Process): Promise<number[]> => Promise.all(IDS.map((id) => priceIn(each, id)))

/** Several writers at once, each of whom goes on until its row is changed, whatever becomes of Postgres meanwhile. */
function write(ids: readonly number[]): Promise<unknown> {
  const queue = ids.values()
  const writer = async (): Promise<void> => {
    for (const id of queue) {
      await waitUntil(() => change(id), `the change of ${id}`)
    }
  }
  return Promise.all(Array.from({ length: WRITERS }, writer))
}

async function change(id: number): Promise<boolean> {
  try {
    await pool.query('UPDATE products SET price = $1 WHERE id = $1', [id])
    committed.set(id, performance.now())
    return true
  } catch {
    return false
  }
}

const written = (count: number) => waitUntil(() => committed.size >= count, `${count} changes`)

/** A listener that has what is committed, and dies before the log has it. */
async function killBeforeItPublishes(during: () => Promise<unknown>): Promise<void> {
  const doomed: ChildProcess = fork(DOOMED, [postgres.url], { execArgv: ['--import', 'tsx'] })
  const said: unknown[] = []
  doomed.on('message', (message) => said.push(message))
  await waitUntil(() => said.includes('caught-up'), 'the listener')
  const writing = during()
  await waitUntil(() => JSON.stringify(said).includes('product-'), 'a change that it has heard of')
  const exited = once(doomed, 'exit')
  doomed.kill('SIGKILL')
  await exited
  await writing
}

it.skipIf(!isInstalled)(
  'every committed row reaches both caches, the edge and the browser, whoever dies on the way',
  async () => {
    const [atEdge, inBrowser] = [new Told(), new Told()]
    const edge = await new FastlyEndpoint(atEdge).open()
    steps.push(() => edge.close())
    const processes = [await openProcess(edge.url), await openProcess(edge.url)] as const
    const [one, two] = processes
    await one.source.install()
    const browser = await new LastingBrowser(
      processes.map(({ url }) => url),
      inBrowser,
    ).open()
    steps.push(() => browser.close())
    // An edge of which nothing is known is emptied first.
    await waitUntil(() => atEdge.resets.length === 1, 'the first purge')
    const fill = () => Promise.all(processes.map((each) => pricesIn(each)))
    expect(await fill()).toEqual(processes.map(() => IDS.map(() => 0)))

    edge.refuse(6)
    await killBeforeItPublishes(() => write(IDS.slice(0, 80)))
    one.source.start()
    two.source.start()
    browser.cut()

    const duringCrash = write(IDS.slice(80, 180))
    await written(120)
    await postgres.restart()
    await duringCrash

    await waitUntil(() => !edge.isRefusing, 'the end of its bad time')
    await waitUntil(() => IDS.slice(0, 180).every((id) => atEdge.timesOf(groupOf(id)) > 0), 'the purges')
    edge.refuse(4)
    await fill()
    const duringOutage = write(IDS.slice(180, 240))
    await written(200)
    await redis.kill()
    await duringOutage
    await redis.restart()
    browser.cut()
    // From here on nobody is excused by having let go of everything.
    await waitUntil(
      () => atEdge.resets.length > 1 && inBrowser.resets.length > 0,
      'all to hear that the log has begun anew',
    )
    for (const { cache } of processes) expect(await cache.ready(30_000)).toBe(true)
    await fill()
    edge.refuse(2)
    await write(IDS.slice(240))

    const unknownTo = (told: Told): number[] =>
      IDS.filter((id) => !told.knows(groupOf(id), committed.get(id) ?? Number.POSITIVE_INFINITY))
    const staleIn = async (each: Process): Promise<number[]> => {
      const prices = await pricesIn(each)
      return IDS.filter((id, index) => prices[index] !== id)
    }
    const lost = async () => ({
      inOne: await staleIn(one),
      inTwo: await staleIn(two),
      atEdge: unknownTo(atEdge),
      inBrowser: unknownTo(inBrowser),
    })
    await expect.poll(lost).toEqual({ inOne: [], inTwo: [], atEdge: [], inBrowser: [] })
    expect(committed.size).toBe(ROWS)
    expect((await pool.query('SELECT 1 FROM thermocline.outbox')).rowCount).toBe(0)
    expect(edge.refused).toEqual({ 429: 6, 500: 6 })

    const report = (who: string, told: Told): string => {
      const times = IDS.map((id) => told.timesOf(groupOf(id)))
      const twice = times.filter((count) => count > 1).length
      return `${who} heard of ${times.filter((count) => count > 0).length} by name, ${twice} more than once, ${told.resets.length} resets`
    }
    console.info(
      `${ROWS} changes, lost 0: ${report('the edge', atEdge)}; ${report('the browser', inBrowser)}, ${browser.connections} connections`,
    )
  },
)
