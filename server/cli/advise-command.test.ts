import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../test/support/free-port.ts'
import { PostgresServer, findPostgres } from '../../test/support/postgres-server.ts'

const MAIN = join(import.meta.dirname, 'main.ts')
const isInstalled = (await findPostgres()) !== undefined
if (!isInstalled) console.warn('Skipped: no PostgreSQL server (Debian: apt-get install postgresql).')

async function advise(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, 'advise', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DATABASE_URL: '', ...env },
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const [exit] = (await once(child, 'close')) as [number]
  return { exit, out, err }
}

async function run(server: PostgresServer, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client(server.url)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

describe('thermocline advise', () => {
  it.each([
    [[], /give '--database <url>'/],
    [['--database', 'mysql://root:hush@localhost/shop'], /no URL that starts with postgresql/],
    [['--database', 'hush'], /no URL that starts with postgresql/],
    [['--limit', '0'], /1 to 100/],
  ])('%j ends with one line on what is wrong, and no password', async (args, message) => {
    const { exit, out, err } = await advise(args)
    expect([exit, out]).toEqual([2, ''])
    expect(err).toMatch(message)
    expect(err).toMatch(/^thermocline: [^\n]+\n$/)
    expect(err).not.toContain('hush')
  })

  it('says that the database is not there', async () => {
    const url = `postgresql://reader:hush@127.0.0.1:${await freePort()}/shop`
    const { exit, err } = await advise(['--database', url])
    expect(exit).toBe(1)
    expect(err).toMatch(/^thermocline: The database can not be reached: .*ECONNREFUSED.*\n$/)
    expect(err).not.toContain('hush')
  })
})

describe.skipIf(!isInstalled)('thermocline advise on a PostgreSQL server', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await PostgresServer.start({ shared_preload_libraries: 'pg_stat_statements' })
  })
  afterAll(() => server.close())

  it('says what to do where the library is not loaded', async () => {
    const plain = await PostgresServer.start()
    try {
      const before = await advise(['--database', plain.url])
      expect(before.exit).toBe(1)
      expect(before.err).toMatch(
        /ALTER SYSTEM SET shared_preload_libraries = pg_stat_statements; then restart PostgreSQL, and run .*CREATE EXTENSION/,
      )
      // What it says is what helps.
      await run(plain, (client) =>
        client.query('ALTER SYSTEM SET shared_preload_libraries = pg_stat_statements'),
      )
      await plain.restart()
      await run(plain, (client) => client.query('CREATE EXTENSION pg_stat_statements'))
      expect((await advise(['--database', plain.url])).exit).toBe(0)
    } finally {
      await plain.close()
    }
  })

  it('says what to do where the extension is not there, then lists what deserves caching', async () => {
    const missing = await advise(['--database', server.url])
    expect(missing.err).toMatch(/no pg_stat_statements yet\. Run in it: CREATE EXTENSION pg_stat_statements;/)
    await run(server, setUp)
    await run(server, busyDay)
    const { exit, out, err } = await advise(['--limit', '4'], { DATABASE_URL: asReader(server) })
    expect([exit, err]).toEqual([0, ''])
    const lines = out.split('\n')
    const start = lines.findIndex((line) => line.includes('READS/WRITE'))
    const table = lines.slice(start, start + 5)
    expect(table.filter((line) => line.length > 100)).toEqual([])
    expect(table[1]).toMatch(/^1 +\d+\.\d% +40 +[\d.]+ ms +1 +40 +SELECT p\.category_id, count/)
    expect(table.slice(2).join('\n')).toMatch(/ 50 +[\d.]+ ms +1 +no writes +SELECT name FROM categories/)
    expect(table.slice(2).join('\n')).toMatch(/FROM recent WHERE at > timestamptz\.\.\./)
    expect(table.slice(2).join('\n')).toMatch(/ 30 +[\d.]+ ms +9 +30 +SELECT category_id, count/)
    expect(out).toMatch(/The tables of #\d were read from the text/)
    expect(out).toContain("{ policy: 'events', tables: ['events'] }")
    // The others are told of, not listed.
    expect(out).not.toMatch(/FROM counters|FOR UPDATE|now\(\)|pg_sleep/)
    expect(out).toMatch(/1 whose tables are written about as often as they are read/)
    expect(out).toMatch(/\d+ that write, lock, or depend on the time/)
    expect(out).not.toContain('\u001B')
    expect(out).toMatch(
      / {2}categoriesAndProducts: publicData\(\{ browser: '\w+', cdn: '\w+', l2: '\w+' \}\),/,
    )
    expect(out).toMatch(/ {2}categories: publicData\(\{ browser: '5m', cdn: '1h', l2: '1d' \}\),/)
    expect(out).toMatch(
      / {2}\[\/\* \$1 \*\/\],\n {2}\{ policy: 'categoriesAndProducts', tables: \['categories', 'products'\] \},/,
    )
  })

  it('gives programs the structure, and changes nothing', async () => {
    const { out } = await advise(['--database', asReader(server), '--json', '--limit', '1'])
    const { advice, seconds } = JSON.parse(out) as { advice: Record<string, unknown>[]; seconds: number }
    expect(seconds).toBeGreaterThan(0)
    expect(advice).toEqual([
      expect.objectContaining({ calls: 40, writes: 1, how: 'plan', tables: ['categories', 'products'] }),
    ])
  })

  it('does not plan what others wrote as a role that may do everything', async () => {
    await run(server, async (client) => {
      await client.query(`
        CREATE TABLE planned (at timestamptz DEFAULT now());
        CREATE FUNCTION wrote() RETURNS int LANGUAGE sql VOLATILE AS 'INSERT INTO planned DEFAULT VALUES RETURNING 1';
        CREATE FUNCTION looks_harmless() RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
          BEGIN
            PERFORM set_config('transaction_read_only', 'off', false);
            RETURN wrote();
          EXCEPTION WHEN OTHERS THEN RETURN 0;
          END $$`)
      for (let time = 1; time <= 60; time += 1) {
        await client.query('SELECT name FROM categories WHERE id = looks_harmless() + $1', [time])
      }
      await client.query('TRUNCATE planned')
    })
    expect((await advise(['--database', server.url])).exit).toBe(0)
    await run(server, async (client) => {
      expect((await client.query('SELECT * FROM planned')).rows).toEqual([])
    })
  })
})

/** A role that may read what it needs, and nothing more. */
function asReader({ url }: PostgresServer): string {
  return url.replace('postgres@', 'reader@')
}

/** In a session of its own: what it wrote is counted when that ends. */
async function setUp(client: Client): Promise<void> {
  await client.query(`
    CREATE EXTENSION pg_stat_statements;
    CREATE ROLE reader LOGIN;
    GRANT pg_read_all_stats, pg_read_all_data TO reader;
    CREATE TABLE categories (id int PRIMARY KEY, name text);
    CREATE TABLE products (id int, category_id int, at timestamptz DEFAULT now()) PARTITION BY RANGE (id);
    CREATE TABLE products_1 PARTITION OF products FOR VALUES FROM (0) TO (1000000);
    CREATE VIEW listed AS SELECT p.* FROM products p JOIN categories c ON c.id = p.category_id;
    CREATE TABLE counters (id int PRIMARY KEY, value int);
    CREATE TABLE events (at timestamptz);
    CREATE VIEW recent AS SELECT * FROM events;
    INSERT INTO categories SELECT n, 'c' || n FROM generate_series(1, 10) n;
    INSERT INTO products SELECT n, n % 10, now() FROM generate_series(1, 30000) n;
    INSERT INTO counters VALUES (1, 0)`)
}

/** The most expensive statement reads two tables, through a view and a partition. */
async function busyDay(client: Client): Promise<void> {
  await client.query('SELECT pg_stat_reset(), pg_stat_statements_reset()')
  await client.query('INSERT INTO products VALUES (50000, 1)')
  for (let id = 1; id <= 40; id += 1) {
    await client.query(
      "SELECT p.category_id, count(*) FROM listed p WHERE p.category_id = $1 AND md5(repeat(p.id::text, 50)) < 'f' GROUP BY p.category_id",
      [(id % 9) + 1],
    )
    await client.query("SELECT count(*) FROM recent WHERE at > timestamptz '2026-11-22' - interval '1 day'")
    await client.query('UPDATE counters SET value = value + 1')
    await client.query('SELECT value FROM counters WHERE id = 1')
    await client.query('SELECT * FROM counters FOR UPDATE')
    await client.query('SELECT now()')
  }
  for (let time = 1; time <= 30; time += 1) {
    await client.query('SELECT category_id, count(*) FROM listed WHERE id < 5000 GROUP BY 1')
  }
  for (let id = 1; id <= 50; id += 1)
    await client.query('SELECT name FROM categories WHERE id = $1', [(id % 9) + 1])
  await client.query('SELECT pg_sleep(0.2), * FROM categories')
  await client.query('SELECT pg_sleep(0.2), * FROM categories')
}
