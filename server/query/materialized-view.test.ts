import { setImmediate } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DATABASES, type TestDatabase } from '../../test/support/postgres-databases.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { type TieredCache, createTieredCache } from '../cache/tiered-cache.ts'
import { postgresSource } from '../postgres/postgres-source.ts'
import { materializedView } from './materialized-view.ts'
import { queryCache } from './query-cache.ts'
import type { MaterializedViewEvent } from './view-event.ts'
import type { MaterializedViewOptions } from './view-options.ts'

const INDEX = 'CREATE UNIQUE INDEX sales_key ON sales (product_id)'
const READ = 'SELECT product_id, sold::int AS sold FROM sales ORDER BY 1'

describe.each(DATABASES)('a materialised view on $name', ({ open, name: kind }) => {
  let database: TestDatabase
  const steps: (() => unknown)[] = []

  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.write(`
      CREATE TABLE products (id int PRIMARY KEY, name text);
      CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY, product_id int, amount int);
      INSERT INTO products VALUES (1, 'one'), (2, 'two');
      INSERT INTO orders (product_id, amount) VALUES (1, 1);
      CREATE MATERIALIZED VIEW sales AS
        SELECT p.id AS product_id, coalesce(sum(o.amount), 0) AS sold FROM products p LEFT JOIN orders o ON o.product_id = p.id GROUP BY p.id;
      ${INDEX};`)
  })
  afterEach(async () => {
    for (const step of steps.splice(0).toReversed()) await step()
    await database.write('DROP TABLE products, orders CASCADE; DROP SCHEMA IF EXISTS thermocline CASCADE')
  })

  function make(options: Partial<MaterializedViewOptions> = {}, redis?: Redis) {
    const cache = createTieredCache(redis ? { redis } : {})
    const events: MaterializedViewEvent[] = []
    const view = materializedView({
      cache,
      connect: database.connector(),
      name: 'sales',
      from: ['orders', 'products'],
      debounce: 20,
      maxDelay: 200,
      onEvent: (event) => void events.push(event),
      ...options,
    })
    steps.push(
      () => cache.close(),
      () => view.close(),
    )
    const refreshes = (): number => events.filter(({ type }) => type === 'refreshed').length
    return { cache, view, events, refreshes }
  }

  async function listening(cache: TieredCache): Promise<void> {
    const source = postgresSource({
      cache,
      connect: database.connector(),
      tables: { products: [], orders: [] },
    })
    steps.push(() => source.close())
    await source.install()
    expect(await source.start().ready(30_000)).toBe(true)
  }

  async function started(options: Partial<MaterializedViewOptions> = {}, redis?: Redis) {
    const made = make(options, redis)
    await made.cache.ready()
    await listening(made.cache)
    await made.view.install()
    made.view.start()
    await expect.poll(() => made.view.isCurrent).toBe(true)
    return made
  }

  it('follows its tables, and so does a cached query on it', async () => {
    const { cache, events } = await started()
    const query = queryCache({ cache, db: database.db, onWarning: () => {} })
    const sold = async () =>
      (await query<{ sold: number }>(READ, [], { tables: ['sales'] })).map((row) => row.sold)
    expect(await sold()).toEqual([1, 0])
    await database.write('INSERT INTO orders (product_id, amount) VALUES (2, 5)')
    await expect.poll(sold).toEqual([1, 5])
    expect(events.at(-1)).toMatchObject({
      type: 'refreshed',
      view: 'public.sales',
      because: ['orders'],
      acknowledged: true,
    })
  })

  it('is refreshed once for many changes', async () => {
    const { events, view } = await started({ debounce: 2_000, maxDelay: '1m' })
    const before = events.length
    for (let amount = 1; amount <= 20; amount += 1) {
      await database.write(`INSERT INTO orders (product_id, amount) VALUES (1, ${amount})`)
    }
    await database.write("UPDATE products SET name = 'new'")
    await expect.poll(() => events.length).toBeGreaterThan(before)
    await expect.poll(() => view.isCurrent).toBe(true)
    expect(events.slice(before)).toEqual([
      expect.objectContaining({ type: 'refreshed', because: ['orders', 'products'] }),
    ])
  })

  it('shows in the end what changes without a pause', async () => {
    const { refreshes } = await started({ debounce: 500, maxDelay: 700 })
    const before = refreshes()
    const isEnough = (): boolean => refreshes() > before + 1
    let writes = 0
    while (!isEnough() && writes < 50_000) {
      await database.write('INSERT INTO orders (product_id, amount) VALUES (1, 1)')
      writes += 1
      // The embedded one works in this process, and would let nothing else run.
      await setImmediate()
    }
    expect(isEnough()).toBe(true)
  })

  it('shows what was changed before it was started', async () => {
    await database.write('INSERT INTO orders (product_id, amount) VALUES (2, 7)')
    await started()
    expect(await database.rows(READ)).toMatchObject([{ sold: 1 }, { sold: 7 }])
  })

  it('is filled where it never was', async () => {
    await database.write('REFRESH MATERIALIZED VIEW sales WITH NO DATA')
    await started()
    expect(await database.rows(READ)).toHaveLength(2)
  })

  it('says what to run where it has no unique index', async () => {
    await database.write(
      'DROP INDEX sales_key; CREATE UNIQUE INDEX ON sales (product_id) WHERE product_id > 0',
    )
    await expect(make().view.install()).rejects.toThrow(
      /public\.sales has no unique index.*CREATE UNIQUE INDEX ON "public"\."sales" \("product_id"\);/,
    )
    await database.write(INDEX)
    await make().view.install()
  })

  it('says which table `from` lacks, through views', async () => {
    await database.write(`CREATE VIEW named AS SELECT id FROM products;
      CREATE MATERIALIZED VIEW deep AS SELECT n.id FROM named n JOIN sales s ON s.product_id = n.id`)
    await database.write('CREATE UNIQUE INDEX ON deep (id)')
    await expect(make({ from: ['orders'] }).view.install()).rejects.toThrow(
      /made of public\.products too.*'products'/,
    )
    await expect(make({ name: 'deep', from: ['products'] }).view.install()).rejects.toThrow(
      /made of public\.sales/,
    )
    await make({ name: 'deep', from: ['products', 'sales'] }).view.install()
  })

  it.each([
    ['is none', { name: 'products', from: ['orders'] }, /no materialised view public\.products/],
    ['is not there', { name: 'shop.none', from: ['orders'] }, /no materialised view shop\.none/],
  ])('says that it %s', async (_, options, message) => {
    await expect(make(options).view.install()).rejects.toThrow(message)
  })

  it('stays as it is where a refresh fails, says so, and is tried again', async () => {
    const { events, refreshes } = await started()
    const before = refreshes()
    await database.write('DROP INDEX sales_key')
    await database.write('INSERT INTO orders (product_id, amount) VALUES (2, 9)')
    await expect
      .poll(() => events.at(-1))
      .toMatchObject({
        type: 'refresh-failed',
        reason: expect.stringMatching(/CREATE UNIQUE INDEX/),
      })
    expect(await database.rows(READ)).toMatchObject([{ sold: 1 }, { sold: 0 }])
    await database.write(INDEX)
    await expect.poll(refreshes).toBe(before + 1)
    expect(await database.rows(READ)).toMatchObject([{ sold: 1 }, { sold: 9 }])
  })

  it('follows another materialised view', async () => {
    await database.write(`CREATE MATERIALIZED VIEW total AS SELECT 1 AS id, sum(sold)::int AS sold FROM sales;
      CREATE UNIQUE INDEX ON total (id)`)
    const { cache } = await started()
    const total = materializedView({
      cache,
      connect: database.connector(),
      name: 'total',
      from: ['sales'],
      debounce: 20,
    })
    steps.push(() => total.close())
    await total.install()
    total.start()
    await database.write('INSERT INTO orders (product_id, amount) VALUES (2, 5)')
    await expect.poll(() => database.rows('SELECT sold FROM total')).toEqual([{ sold: 6 }])
  })

  describe('that is taken back', () => {
    const SCHEMA = "SELECT 1 FROM pg_namespace WHERE nspname = 'thermocline'"
    const TABLE = "SELECT to_regclass('thermocline.view_refreshes') IS NOT NULL AS there"
    const SHOWN = 'SELECT view FROM thermocline.view_refreshes ORDER BY 1'

    it('leaves nothing behind, and is as it was', async () => {
      const { view } = make()
      await view.install()
      expect(await database.rows(SHOWN)).toEqual([{ view: 'public.sales' }])
      await view.uninstall()
      await view.uninstall()
      expect(await database.rows(SCHEMA)).toEqual([])
      expect(await database.rows(READ)).toHaveLength(2)
      expect(await database.rows("SELECT 1 FROM pg_indexes WHERE indexname = 'sales_key'")).toHaveLength(1)
      await view.install()
      expect(await database.rows(SHOWN)).toHaveLength(1)
    })

    it('leaves the other views what is theirs, whatever it is called', async () => {
      const odd = 'it\'s $thermocline$; "DROP" \\'
      const quoted = `"${odd.replaceAll('"', '""')}"`
      await database.write(`CREATE MATERIALIZED VIEW ${quoted} AS SELECT id FROM products;
        CREATE UNIQUE INDEX ON ${quoted} (id)`)
      const [one, other] = [make(), make({ name: quoted, from: ['products'] })]
      await one.view.install()
      await other.view.install()
      await other.view.uninstall()
      expect(await database.rows(SHOWN)).toEqual([{ view: 'public.sales' }])
      await one.view.uninstall()
      expect(await database.rows(TABLE)).toEqual([{ there: false }])
    })

    it("leaves the source's outbox and what others have put into the schema", async () => {
      const { view, cache } = make()
      await listening(cache)
      await view.install()
      await database.write('CREATE TABLE thermocline.kept (id int)')
      await view.uninstall()
      expect(await database.rows('SELECT id FROM thermocline.kept')).toEqual([])
      expect(await database.rows('SELECT id FROM thermocline.outbox')).toEqual([])
      const triggers = "SELECT 1 FROM pg_trigger WHERE tgname LIKE 'thermocline%'"
      expect(await database.rows(triggers)).toHaveLength(8)
    })

    it('has never been installed', async () => {
      await make().view.uninstall()
      expect(await database.rows(SCHEMA)).toEqual([])
    })

    it('can be started and refreshed after it was installed anew', async () => {
      const { view } = make()
      await view.install()
      await view.uninstall()
      await database.write('INSERT INTO orders (product_id, amount) VALUES (2, 3)')
      await started()
      expect(await database.rows(READ)).toMatchObject([{ sold: 1 }, { sold: 3 }])
    })
  })

  it.each([
    [{ cache: {} }, /`cache` is an object/],
    [{ connect: 'postgres://' }, /`connect` is/],
    [{ from: [] }, /`from` is an array of 0/],
    [{ from: ['sales'] }, /names "sales" itself/],
    [{ debounce: '1h' }, /`maxDelay` is 200 ms and `debounce` 3600000 ms/],
    [{ schema: 'A"b' }, /`schema` is/],
    [{ wait: 1 }, /wait/],
  ])('can not be made with %j', (options, message) => {
    expect(() => make(options as never)).toThrow(message)
  })

  describe.skipIf(kind !== 'PostgreSQL')('of several processes', () => {
    it('is refreshed by one of them, and not again by one that starts later', async () => {
      const server = await RedisServer.start()
      const clients = [1, 2, 3].map(() => new Redis(server.url))
      steps.push(async () => {
        for (const client of clients) client.disconnect()
        await server.kill()
      })
      const [one, two] = [await started({}, clients[0]), await started({}, clients[1])]
      const refreshes = (): number => one.refreshes() + two.refreshes()
      expect(two.events).toEqual([{ type: 'refreshed-elsewhere', view: 'public.sales' }])
      const before = refreshes()
      await database.write('INSERT INTO orders (product_id, amount) VALUES (2, 5)')
      await expect.poll(refreshes).toBe(before + 1)
      await expect.poll(() => one.view.isCurrent && two.view.isCurrent).toBe(true)
      const three = await started({}, clients[2])
      expect(three.events).toEqual([{ type: 'refreshed-elsewhere', view: 'public.sales' }])
      expect(refreshes()).toBe(before + 1)
    })

    it('never keeps its readers waiting', async () => {
      await database.write(`CREATE MATERIALIZED VIEW slow AS SELECT id, pg_sleep(1)::text AS slept FROM products;
        CREATE UNIQUE INDEX ON slow (id)`)
      const { view, refreshes } = make({ name: 'slow', from: ['products'] })
      await view.install()
      view.start()
      const isRunning = `SELECT 1 FROM pg_stat_activity WHERE query LIKE '%REFRESH%CONCURRENTLY%' AND state = 'active' AND pid <> pg_backend_pid()`
      await expect.poll(() => database.rows(isRunning), { interval: 10 }).toHaveLength(1)
      expect(await database.rows('SELECT id FROM slow')).toHaveLength(2)
      expect(await database.rows(isRunning)).toHaveLength(1)
      await expect.poll(refreshes).toBe(1)
    })
  })
})
