import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DATABASES, type TestDatabase } from '../../test/support/postgres-databases.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { publicData } from '../../policy/index.ts'
import { messageOf } from '../cache/message-of.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { groupName } from '../postgres/group-name.ts'
import { postgresSource } from '../postgres/postgres-source.ts'
import type { PostgresSourceOptions } from '../postgres/source-options.ts'
import { type CachedQuery, queryCache } from './query-cache.ts'
import type { QueryCacheOptions } from './query-options.ts'

interface Product {
  readonly id: number
  readonly price: number
}

const PRICE = 'SELECT id, price FROM products WHERE id = $1'
const policies = { product: publicData({ l2: '1h', l1: '1h' }) }

describe.each(DATABASES)('a cached query on $name', ({ open }) => {
  let database: TestDatabase
  let asked: string[] = []
  const steps: (() => unknown)[] = []

  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    asked = []
    await database.write(`
      CREATE TABLE products (id int PRIMARY KEY, category_id int, price int, at timestamptz DEFAULT '2026-11-22T10:00:00Z');
      INSERT INTO products SELECT n, n % 3, n FROM generate_series(1, 20) AS n;
      CREATE TABLE orders (id int PRIMARY KEY, product_id int)`)
  })
  afterEach(async () => {
    for (const step of steps.splice(0).toReversed()) await step()
    await database.write('DROP SCHEMA IF EXISTS app CASCADE; DROP TABLE products, orders CASCADE')
  })

  function make(options: Partial<QueryCacheOptions<'product'>> = {}, redis?: Redis) {
    const cache = createTieredCache({ policies, jitter: 0, ...(redis ? { redis } : {}) })
    steps.push(() => cache.close())
    const warnings: string[] = []
    const db = {
      query: (text: string, values?: unknown[]) => {
        asked.push(text)
        return database.db.query(text, values)
      },
      ...(database.db.exec && {
        exec: (script: string) => {
          asked.push(script)
          return database.db.exec?.(script) ?? Promise.reject(new Error('There is no exec.'))
        },
      }),
    }
    const query = queryCache({ cache, db, onWarning: (message) => void warnings.push(message), ...options })
    return { cache, query, warnings }
  }

  async function listening(
    cache: PostgresSourceOptions['cache'],
    tables: PostgresSourceOptions['tables'] = { products: ['product-{id}'], orders: [] },
  ) {
    const source = postgresSource({ cache, connect: database.connector(), tables })
    steps.push(
      () => source.uninstall(),
      () => source.close(),
    )
    await source.install()
    expect(await source.start().ready(30_000)).toBe(true)
  }

  const timesAsked = (sql: string): number => asked.filter((text) => text === sql).length
  const prices = async (query: CachedQuery<'product'>, id = 1): Promise<number[]> =>
    (await query<Product>(PRICE, [id], { policy: 'product', tables: ['products'] })).map(({ price }) => price)

  it('is asked once, and again once the table has changed, whoever changed it', async () => {
    const { cache, query, warnings } = make()
    await listening(cache)
    expect(await prices(query)).toEqual([1])
    expect(await prices(query)).toEqual([1])
    expect(timesAsked(PRICE)).toBe(1)
    await database.write('UPDATE products SET price = 99 WHERE id = 1')
    await expect.poll(() => prices(query)).toEqual([99])
    await database.write('DELETE FROM products WHERE id = 1')
    await expect.poll(() => prices(query)).toEqual([])
    expect(warnings).toEqual([])
  })

  it('outlives a change of another table', async () => {
    const { cache, query } = make()
    await listening(cache)
    await prices(query)
    const heard = new Promise((resolve) => {
      cache.feed.follow({ invalidated: resolve, reset: resolve })
    })
    await database.write('INSERT INTO orders VALUES (1, 1)')
    await heard
    await prices(query)
    expect(timesAsked(PRICE)).toBe(1)
  })

  it('may live by the rows alone that it found', async () => {
    const { cache, query } = make({ check: false })
    await listening(cache)
    const read = (id: number) =>
      query<Product>(PRICE, [id], {
        groups: (rows) => rows.map((row) => groupName('product-{id}', { id: row.id })),
      })
    const [, second] = [await read(1), await read(2)]
    await database.write('UPDATE products SET price = 50 WHERE id = 1')
    await expect.poll(async () => (await read(1))[0]?.price).toBe(50)
    expect(await read(2)).toBe(second)
  })

  it('is one query for all who ask at once, and for all ways to write it', async () => {
    const { query } = make({ check: false })
    const options = { tables: ['products'] }
    const texts = [PRICE, PRICE.toLowerCase(), `${PRICE} -- again`, PRICE.replaceAll(' ', '\n  ')]
    const answers = await Promise.all(texts.map((text) => query(text, [3], options)))
    expect(new Set(answers).size).toBe(1)
    expect(asked).toHaveLength(1)
    expect(await query(PRICE, [4], options)).not.toEqual(answers[0])
  })

  it('gives rows that nobody can change for the others', async () => {
    const { query } = make({ check: false })
    const [row] = await query<{ price: number }>(PRICE, [3], { tables: ['products'] })
    expect(() => {
      if (row) row.price = 0
    }).toThrow(TypeError)
  })

  it('gives what another process loaded as the driver gave it', async () => {
    const server = await RedisServer.start()
    const clients = [new Redis(server.url), new Redis(server.url)]
    steps.push(async () => {
      for (const client of clients) client.disconnect()
      await server.kill()
    })
    const [one, other] = clients.map((client) => make({ check: false }, client))
    const sql = `SELECT at, price::numeric / 3 AS share, 'NaN'::float8 AS nan, decode('00ff', 'hex') AS bytes, '[{"$date":1}]'::jsonb AS list,
      ARRAY[at] AS times, NULL AS nothing FROM products WHERE id = 1`
    await one?.cache.ready()
    await other?.cache.ready()
    const first = await one?.query(sql, [], { tables: ['products'] })
    const second = await other?.query(sql, [], { tables: ['products'] })
    expect(asked).toHaveLength(1)
    expect(second).toStrictEqual(first)
    expect(second?.[0]?.['at']).toEqual(new Date('2026-11-22T10:00:00Z'))
  })

  it('passes on what the database says, and keeps nothing of it', async () => {
    const { query } = make()
    const read = () => query('SELECT missing FROM products', [], { tables: ['products'] })
    await expect(read()).rejects.toThrow(/missing/)
    await database.write('ALTER TABLE products ADD COLUMN missing int')
    expect(await read()).toHaveLength(20)
  })

  describe('in development', () => {
    const refusal = (
      sql: string,
      tables: readonly string[],
      params: readonly unknown[] = [],
    ): Promise<string> =>
      make()
        .query(sql, params, { tables })
        .then(() => 'not refused', messageOf)

    it('is refused where it reads a table that is not declared', async () => {
      const sql = 'SELECT * FROM products p JOIN orders o ON o.product_id = p.id WHERE p.id > $1'
      expect(await refusal(sql, ['products'], [0])).toMatch(
        /reads orders and does not declare so.*Add to its `tables`: 'orders'/,
      )
      expect(await refusal('SELECT (SELECT count(*) FROM orders) FROM products', ['products'])).toMatch(
        /reads orders/,
      )
      expect(await make().query(sql, [0], { tables: ['products', 'orders'] })).toEqual([])
    })

    it('names what a view is made of', async () => {
      await database.write(
        'CREATE VIEW sold AS SELECT p.id FROM products p JOIN orders o ON o.product_id = p.id',
      )
      expect(await refusal('SELECT * FROM sold', ['sold'])).toMatch(
        /public\.sold, which is a view.*'products', 'orders'|'orders', 'products'/,
      )
      expect(await refusal('SELECT * FROM sold', ['products'])).toMatch(/reads orders/)
      expect(await make().query('SELECT * FROM sold', [], { tables: ['products', 'orders'] })).toEqual([])
    })

    it('lets a partition be read under the name of its table', async () => {
      await database.write(`CREATE SCHEMA app;
        CREATE TABLE app.sales (id int, year int) PARTITION BY LIST (year);
        CREATE TABLE app.sales_2026 PARTITION OF app.sales FOR VALUES IN (2026)`)
      expect(await make().query('SELECT * FROM app.sales', [], { tables: ['app.sales'] })).toEqual([])
      expect(await refusal('SELECT * FROM app.sales', [])).toMatch(/reads app\.sales and/)
      expect(await refusal('SELECT * FROM app.sales', ['sales'])).toMatch(
        /public\.sales, and there is no such table/,
      )
    })

    it('is refused where what it calls changes by itself', async () => {
      await database.write(`CREATE SCHEMA app;
        CREATE FUNCTION app.lately() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;
        CREATE VIEW app.young AS SELECT id FROM products WHERE at > now()`)
      expect(await refusal('SELECT app.lately()', [])).toMatch(/app\.lately, which is VOLATILE.*STABLE/)
      expect(await refusal('SELECT pg_sleep(0)', [])).toMatch(/pg_catalog\.pg_sleep, which is VOLATILE/)
      expect(await refusal('SELECT * FROM app.young', ['products'])).toMatch(/asks for the time \(now\)/)
    })

    it('warns of a function that may read tables, and of a table that nothing tells of', async () => {
      await database.write(`CREATE SCHEMA app;
        CREATE FUNCTION app.total() RETURNS bigint LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT count(*) FROM orders); END $$`)
      const { query, warnings } = make()
      const read = () =>
        query('SELECT app.total(), id FROM products WHERE id = 1', [], { tables: ['products'] })
      expect(await read()).toHaveLength(1)
      await read()
      expect(warnings).toEqual([
        expect.stringMatching(/calls app\.total.*does not show which tables/),
        expect.stringMatching(/reads public\.products, and no trigger tells/),
      ])
    })

    it('is looked at for any parameters, where Postgres can do that', async () => {
      const sql = 'SELECT id FROM products WHERE $1::int IS NULL'
      const [version] = await database.rows("SELECT current_setting('server_version_num')::int AS version")
      if (Number(version?.['version']) < 160_000)
        expect(await make().query(sql, [1], { tables: [] })).toEqual([])
      else expect(await refusal(sql, [], [1])).toMatch(/reads products/)
    })

    it('is looked at once, and no more in production', async () => {
      const { query } = make()
      for (const id of [1, 2, 3]) await prices(query, id)
      expect(asked.filter((text) => text.startsWith('EXPLAIN'))).toHaveLength(1)
      asked = []
      await prices(make({ check: false }).query)
      expect(asked).toEqual([PRICE])
    })

    it('goes on where it can not be looked at', async () => {
      const db = {
        query: (text: string, values?: unknown[]) =>
          text === PRICE ? database.db.query(text, values) : Promise.reject(new Error('not allowed')),
      }
      expect(await prices(make({ db }).query)).toEqual([1])
    })
  })

  it.each([
    ['UPDATE products SET price = 0', [], { tables: ['products'] }, /It is UPDATE/],
    ["SELECT now(), 'hush'", [], { tables: [] }, /asks for the time/],
    [PRICE, [1], {}, /neither `tables` nor `groups`/],
    [PRICE, [1], { tables: 'products' }, /`tables` is "products"/],
    [PRICE, [1], { tables: ['a.b.c'] }, /no name of a table/],
    [PRICE, [1], { groups: ['Not Portable'] }, /Not Portable/],
    [PRICE, [1], { tables: ['products'], ttl: 5 }, /ttl/],
    [PRICE, [1], { tables: ['products'], policy: 'none' }, /none/],
    [PRICE, [() => {}], { tables: ['products'] }, /parameter \$1/],
    [PRICE, 1, { tables: ['products'] }, /Give an array/],
    [42, [], { tables: ['products'] }, /Give its text/],
  ])('is refused as %j with %j and %j', async (sql, params, options, message) => {
    const { query } = make({ check: false })
    const reading = query(sql as string, params as [], options as never)
    await expect(reading).rejects.toThrow(message)
    await expect(reading).rejects.not.toThrow(/hush/)
    expect(asked).toEqual([])
  })

  it.each([
    [{ cache: {} }, /`cache` is an object/],
    [{ db: {} }, /`db` is an object/],
    [{ name: 'a b' }, /`name` is "a b"/],
    [{ check: 'yes' }, /`check` is "yes"/],
    [{ onWarning: 1 }, /`onWarning` is 1/],
    [{ tables: [] }, /tables/],
  ])('can not be made with %j', (options, message) => {
    expect(() => make(options as never)).toThrow(message)
  })
})
