import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { Redis } from 'ioredis'
import { Client, Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { heardGroups } from '../../test/support/heard-groups.ts'
import { PostgresServer, findPostgres } from '../../test/support/postgres-server.ts'
import { SEED } from '../../test/support/property.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { pgConnector } from './pg-connector.ts'
import { postgresSource } from './postgres-source.ts'
import type { PostgresSourceOptions } from './source-options.ts'

const DOOMED = fileURLToPath(new URL('../../test/support/doomed-listener.ts', import.meta.url))
/** Ends the sessions that listen, and no other. */
const CUT = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'listener'`
const isInstalled = (await findPostgres()) !== undefined
if (!isInstalled) console.warn('Skipped: no PostgreSQL server (Debian: apt-get install postgresql).')

describe.skipIf(!isInstalled)('a source on a PostgreSQL server', () => {
  let server: PostgresServer
  const steps: (() => unknown)[] = []

  beforeAll(async () => {
    server = await PostgresServer.start()
  })
  afterAll(() => server.close())
  beforeEach(async () => {
    await write('DROP TABLE IF EXISTS products; CREATE TABLE products (id int PRIMARY KEY, price int)')
    await write('INSERT INTO products SELECT n, 0 FROM generate_series(1, 100) AS n')
  })
  afterEach(async () => {
    for (const step of steps.splice(0).reverse()) await step()
  })

  async function client(): Promise<Client> {
    const made = new Client(server.url)
    made.on('error', () => {})
    await made.connect()
    steps.push(() => made.end().catch(() => {}))
    return made
  }

  async function write(sql: string): Promise<Record<string, unknown>[]> {
    const made = new Client(server.url)
    await made.connect()
    try {
      return (await made.query<Record<string, unknown>>(sql)).rows
    } finally {
      await made.end()
    }
  }

  const change = (id: number) => write(`UPDATE products SET price = price + 1 WHERE id = ${id}`)
  const waiting = async () =>
    (await write('SELECT count(*)::int AS count FROM thermocline.outbox'))[0]?.['count']

  function make(options: Partial<PostgresSourceOptions> = {}, cache = createTieredCache()) {
    const heard = heardGroups(cache)
    const source = postgresSource({
      cache,
      onEvent: heard.onEvent,
      connect: pgConnector(() => new Client({ connectionString: server.url, application_name: 'listener' })),
      tables: { products: ['product-{id}'] },
      ...options,
    })
    steps.push(
      () => cache.close(),
      () => write(source.uninstallSql()),
      () => source.close(),
    )
    return { ...heard, source }
  }

  async function started(options: Partial<PostgresSourceOptions> = {}, cache = createTieredCache()) {
    const made = make(options, cache)
    await made.source.install()
    expect(await made.source.start().ready(60_000)).toBe(true)
    return made
  }

  it('does not lose a change that commits after one with a later number', async () => {
    const { groups, hears, sees } = await started()
    const slow = await client()
    await slow.query('BEGIN; UPDATE products SET price = 1 WHERE id = 1')
    await change(2)
    await hears('product-2')
    await sees('batch')
    expect(groups.flat()).not.toContain('product-1')
    await slow.query('COMMIT')
    await hears('product-1')
  })

  it('is wide awake: it need not look', async () => {
    const { hears, groups } = await started({ lookMs: '1h' })
    for (let id = 1; id <= 20; id += 1) {
      await change(id)
      await hears(`product-${id}`)
    }
    expect(groups).toHaveLength(20)
  })

  it('looks by itself where a notification does not come', async () => {
    const { hears } = await started({ lookMs: 50 })
    const silent = `INSERT INTO thermocline.outbox (change) VALUES ('{"schema":"public","table":"products","columns":["id"],"rows":[["77"]]}')`
    await write(silent)
    await hears('product-77')
    await expect.poll(waiting).toBe(0)
  })

  it('loses nothing when a process dies between the commit and the log', async () => {
    const { source, hears } = make()
    await source.install()
    const doomed = fork(DOOMED, [server.url], { execArgv: ['--import', 'tsx'] })
    const said = collect(doomed)
    await expect.poll(() => said).toContain('caught-up')
    await change(5)
    await expect.poll(() => said.some((message) => JSON.stringify(message).includes('product-5'))).toBe(true)
    source.start()
    const exited = once(doomed, 'exit')
    doomed.kill('SIGKILL')
    await exited
    await change(6)
    await hears('product-5')
    await hears('product-6')
    await expect.poll(waiting).toBe(0)
  })

  it('takes over from a process that is frozen', async () => {
    const { source, hears, sees } = make()
    await source.install()
    const doomed = fork(DOOMED, [server.url], { execArgv: ['--import', 'tsx'] })
    const said = collect(doomed)
    await expect.poll(() => said).toContain('caught-up')
    doomed.kill('SIGSTOP')
    steps.push(() => doomed.kill('SIGKILL'))
    source.start()
    await sees('caught-up')
    const began = performance.now()
    await change(8)
    await hears('product-8')
    // Not sooner: whoever has the turn is given time, and passes each change on alone.
    expect(performance.now() - began).toBeGreaterThan(1_900)
  })

  it('goes on after Postgres has crashed and come back', async () => {
    const { hears, sees } = await started()
    await change(1)
    await hears('product-1')
    await server.kill()
    await sees('lost')
    await server.restart()
    await change(2)
    await hears('product-2')
    await sees('caught-up', 2)
    expect(await waiting()).toBe(0)
  })

  it('reads what was committed while it was away', async () => {
    const { source } = await started()
    await source.close()
    await change(3)
    await server.restart()
    expect(await waiting()).toBe(1)
    const later = make()
    later.source.start()
    await later.hears('product-3')
  })

  it('notices a connection that says nothing any more', async () => {
    const { hears, sees } = await started({ lookMs: 50, timeoutMs: 500 })
    await server.freeze()
    try {
      await sees('lost')
    } finally {
      await server.thaw()
    }
    await change(4)
    await hears('product-4')
    await expect.poll(waiting).toBe(0)
  })

  it('loses none of what several writers commit while sessions are cut at random', async () => {
    const random = fc.sample(fc.integer({ min: 0, max: 99 }), { numRuns: 400, seed: SEED })
    const listeners = [await started({ lookMs: 100 }), await started({ lookMs: 100 })]
    let cuts = 0
    const write = async (from: number): Promise<void> => {
      const writer = await client()
      for (let n = from; n < from + 100; n += 1) {
        const chance = random[n - 1] ?? 0
        // Some take their number early and commit late, and some do not commit.
        await writer.query(`BEGIN; INSERT INTO products VALUES (${1_000 + n}, 0)`)
        if (chance < 30) await writer.query(`SELECT pg_sleep(${chance / 1_000})`)
        await writer.query(chance % 10 === 0 ? 'ROLLBACK' : 'COMMIT')
        if (chance < 10) {
          await writer.query(CUT)
          cuts += 1
        }
      }
    }
    await Promise.all([1, 101, 201, 301].map(write))
    const committed = random.flatMap((chance, index) =>
      chance % 10 === 0 ? [] : [`product-${1_001 + index}`],
    )
    await expect.poll(waiting).toBe(0)
    await expect
      .poll(() => {
        const heard = new Set(listeners.flatMap(({ groups }) => groups.flat()))
        return committed.filter((group) => !heard.has(group))
      })
      .toEqual([])
    const heard = new Set(listeners.flatMap(({ groups }) => groups.flat()))
    expect([...heard].filter((group) => group.startsWith('product-')).length).toBe(committed.length)
    expect(cuts).toBeGreaterThan(10)
    expect(listeners.some(({ seen }) => seen('lost') > 0)).toBe(true)
  })

  it('reconnects when its session is ended by an administrator', async () => {
    const { hears, sees, events } = await started()
    await write(CUT)
    await sees('lost')
    await change(9)
    await hears('product-9')
    expect(events.some((event) => event.type === 'lost' && event.reason.includes('terminat'))).toBe(true)
  })

  it('keeps changes while Redis is away, and passes them on when it is back', async () => {
    const store = await RedisServer.start()
    steps.push(() => store.kill())
    const redis = new Redis(store.url, { retryStrategy: () => 50 })
    redis.on('error', () => {})
    steps.push(() => redis.disconnect())
    const cache = createTieredCache({ redis, maxLagMs: '1h', l2TimeoutMs: '5s' })
    expect(await cache.ready(60_000)).toBe(true)
    const { sees } = await started({}, cache)
    await store.kill()
    await change(7)
    await sees('not-acknowledged', 2)
    expect(await waiting()).toBe(1)
    await store.restart()
    await sees('batch')
    await expect.poll(waiting).toBe(0)
    const other = new Redis(store.url)
    steps.push(() => other.disconnect())
    const entries = await other.xrange('{thermocline}:log', '-', '+')
    expect(JSON.stringify(entries)).toContain('product-7')
  })

  it.each([
    ['a pool', () => new Pool({ connectionString: server.url }) as unknown as Client, /returns a `Pool`/],
    [
      'one client twice',
      (
        (only) => () =>
          only
      )(new Client('postgresql://127.0.0.1:1')),
      /ECONNREFUSED|reuse/,
    ],
  ])('says what is wrong with %s', async (_, create, reason) => {
    const { events, sees, source } = make({ connect: pgConnector(create) })
    await expect(source.install()).rejects.toThrow(reason)
    source.start()
    await sees('lost')
    expect(events[0]).toMatchObject({ type: 'lost', reason: expect.stringMatching(reason) as string })
  })

  it('is installed by several at once, while others write', async () => {
    const sources = Array.from({ length: 6 }, () => make().source)
    const over = new AbortController()
    const writer = await client()
    const writing = (async () => {
      for (let n = 1; !over.signal.aborted; n += 1) {
        await writer.query(`UPDATE products SET price = ${n} WHERE id = 10`)
      }
    })()
    await Promise.all(sources.map((source) => source.install()))
    over.abort()
    await writing
    const [first] = sources
    expect(
      await write("SELECT count(*)::int AS count FROM pg_trigger WHERE tgname LIKE 'thermocline%'"),
    ).toEqual([{ count: 4 }])
    expect(await first?.start().ready(60_000)).toBe(true)
  })

  it('is fed by writers who have no right to the outbox, who can not read it or make it theirs', async () => {
    const { hears } = await started()
    await write(
      'DROP ROLE IF EXISTS clerk; CREATE ROLE clerk LOGIN; GRANT SELECT, UPDATE ON products TO clerk',
    )
    await write('GRANT CREATE ON SCHEMA public TO clerk; GRANT USAGE ON SCHEMA thermocline TO clerk')
    steps.push(() => write('DROP OWNED BY clerk; DROP ROLE clerk'))
    const clerk = new Client(server.url.replace('postgres@', 'clerk@'))
    await clerk.connect()
    steps.push(() => clerk.end())
    await clerk.query('UPDATE products SET price = 1 WHERE id = 12')
    await hears('product-12')
    await expect(clerk.query('SELECT * FROM thermocline.outbox')).rejects.toThrow(/permission denied/)
    await clerk.query('CREATE TABLE mine (id int)')
    await expect(
      clerk.query(
        "CREATE TRIGGER t AFTER TRUNCATE ON mine EXECUTE FUNCTION thermocline.record_change_1('1')",
      ),
    ).rejects.toThrow(/permission denied/)
  })

  it('tells how soon a change is known to the cache', async () => {
    const { cache } = await started()
    const writer = await client()
    const times: number[] = []
    for (let n = 0; n < 500; n += 1) {
      const told = new Promise<number>((resolve) => {
        const end = cache.feed.follow({
          invalidated: () => {
            end()
            resolve(performance.now())
          },
          reset: () => {},
        })
      })
      // From when it is sent: the statement's own time is in it, and the rest can't look shorter than it is.
      const sent = performance.now()
      await writer.query(`UPDATE products SET price = ${n} WHERE id = ${(n % 100) + 1}`)
      times.push((await told) - sent)
    }
    const sorted = times.toSorted((a, b) => a - b)
    const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2)
    console.info(`from a statement's sending to the cache, 500 times: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`)
    expect(times).toHaveLength(500)
  })
})

function collect(child: ChildProcess): unknown[] {
  const said: unknown[] = []
  child.on('message', (message) => said.push(message))
  return said
}
