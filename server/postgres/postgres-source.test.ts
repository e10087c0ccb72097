import * as fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { heardGroups } from '../../test/support/heard-groups.ts'
import { DATABASES, type TestDatabase } from '../../test/support/postgres-databases.ts'
import { SEED } from '../../test/support/property.ts'
import { groupName, tableGroup } from './group-name.ts'
import { quoteLiteral } from './identifiers.ts'
import { type PostgresSource, postgresSource } from './postgres-source.ts'
import type { PostgresSourceOptions } from './source-options.ts'

const TABLES = { products: ['product-{id}', 'category-{category_id}', 'listing'] }
const OUTBOX = 'SELECT change FROM thermocline.outbox ORDER BY id'

describe.each(DATABASES)('a source on $name', ({ open }) => {
  let db: TestDatabase
  const steps: (() => unknown)[] = []

  beforeAll(async () => {
    db = await open()
  })
  afterAll(() => db.close())
  beforeEach(async () => {
    await db.write(`
      CREATE TABLE products (id int PRIMARY KEY, category_id int, price numeric);
      INSERT INTO products SELECT n, n % 3, n FROM generate_series(1, 20) AS n;`)
  })
  afterEach(async () => {
    for (const step of steps.splice(0).reverse()) await step()
    await db.write('DROP SCHEMA IF EXISTS shop CASCADE; DROP TABLE IF EXISTS products')
  })

  function make(options: Partial<PostgresSourceOptions> = {}) {
    const heard = heardGroups()
    const { cache, onEvent } = heard
    const source = postgresSource({ cache, onEvent, connect: db.connector(), tables: TABLES, ...options })
    steps.push(
      () => cache.close(),
      () => source.uninstall(),
      () => source.close(),
    )
    return { ...heard, source }
  }

  async function started(options: Partial<PostgresSourceOptions> = {}) {
    const made = make(options)
    await made.source.install()
    expect(await made.source.start().ready(30_000)).toBe(true)
    return made
  }

  it('hears what another connection inserts, updates and deletes', async () => {
    const { groups, sees } = await started()
    await db.write('INSERT INTO products VALUES (21, 9, 1)')
    await sees('batch', 1)
    await db.write('UPDATE products SET price = 2 WHERE id = 21')
    await sees('batch', 2)
    await db.write('DELETE FROM products WHERE id = 21')
    await sees('batch', 3)
    expect(groups).toHaveLength(3)
    expect(new Set(groups.map(String))).toEqual(new Set(['category-9,listing,product-21,table-products']))
    expect(await db.rows(OUTBOX)).toEqual([])
  })

  it('names the groups of a row before and after it moved', async () => {
    const { groups, sees } = await started()
    await db.write('UPDATE products SET category_id = 7 WHERE id = 3')
    await sees('batch')
    expect(groups).toEqual([['category-0', 'category-7', 'listing', 'product-3', 'table-products']])
  })

  it('hears nothing of what is rolled back, or touches no row', async () => {
    const { groups, hears } = await started()
    await db.write('BEGIN; UPDATE products SET price = 0; ROLLBACK')
    await db.write('UPDATE products SET price = 0 WHERE id = -1')
    await db.write('UPDATE products SET price = 0 WHERE id = 5')
    await hears('product-5')
    expect(groups).toEqual([['category-2', 'listing', 'product-5', 'table-products']])
  })

  it('passes a transaction on in one piece', async () => {
    const { groups, events, sees } = await started()
    await db.write(
      'BEGIN; UPDATE products SET price = 0 WHERE id = 1; DELETE FROM products WHERE id = 2; COMMIT',
    )
    await sees('batch')
    expect(groups).toEqual([
      ['category-1', 'category-2', 'listing', 'product-1', 'product-2', 'table-products'],
    ])
    expect(events.find(({ type }) => type === 'batch')).toMatchObject({ changes: 2, everythingOf: [] })
  })

  it('begins with what was committed while nobody listened', async () => {
    const { source, hears, groups } = make()
    await source.install()
    await db.write('UPDATE products SET price = 0 WHERE id = 4')
    source.start()
    await hears('product-4')
    expect(groups).toHaveLength(1)
  })

  it('lets go of everything for a statement of too many rows, and keeps the outbox small', async () => {
    const { source, resets, groups, seen, events } = make({ mostRows: 1_000 })
    await source.install()
    await db.write('INSERT INTO products SELECT n, n % 3, n FROM generate_series(100, 10099) AS n')
    const [row] = await db.rows(
      'SELECT sum(length(change::text))::int AS size, count(*)::int AS count FROM thermocline.outbox',
    )
    expect(row).toMatchObject({ count: 1 })
    expect(row?.['size']).toBeLessThan(200)
    source.start()
    await expect.poll(() => seen('batch')).toBe(1)
    expect(resets()).toBe(1)
    expect(groups).toEqual([])
    expect(events.find(({ type }) => type === 'batch')).toMatchObject({ everythingOf: ['public.products'] })
  })

  it('counts what differs, not rows', async () => {
    const tables = { products: ['category-{category_id}'] }
    const { groups, sees } = await started({ tables, mostRows: 3 })
    await db.write('UPDATE products SET price = 0')
    await sees('batch')
    expect(groups).toEqual([['category-0', 'category-1', 'category-2', 'table-products']])
  })

  it('lets go of the table alone where all that is made of it says so', async () => {
    const { groups, sees, resets } = await started({ mostRows: 10, beyond: 'table' })
    await db.write('UPDATE products SET price = 0')
    await sees('batch')
    await db.write('TRUNCATE products')
    await sees('batch', 2)
    expect(groups).toEqual([
      ['listing', tableGroup('products')],
      ['listing', tableGroup('products')],
    ])
    expect(resets()).toBe(0)
  })

  it('takes TRUNCATE for a change of every row', async () => {
    const { sees, resets } = await started()
    await db.write('TRUNCATE products')
    await sees('batch')
    expect(resets()).toBe(1)
  })

  it('hears of what a foreign key and an upsert change', async () => {
    await db.write(
      'CREATE SCHEMA shop; CREATE TABLE shop.offers (id int PRIMARY KEY, product int REFERENCES products ON DELETE CASCADE)',
    )
    await db.write('INSERT INTO shop.offers VALUES (1, 8)')
    const { groups, hears, sees } = await started({ tables: { ...TABLES, 'shop.offers': ['offer-{id}'] } })
    await db.write('DELETE FROM products WHERE id = 8')
    await hears('offer-1')
    await db.write('INSERT INTO products VALUES (9, 0, 0) ON CONFLICT (id) DO UPDATE SET category_id = 5')
    await hears('category-5')
    await sees('batch', 2)
    expect(groups.flat()).toContain('table-shop.offers')
    expect(groups.flat()).toContain('product-9')
  })

  it('hears of COPY, MERGE and what goes through a partitioned table', async () => {
    await db.write(`CREATE SCHEMA shop;
      CREATE TABLE shop.sales (id int, year int) PARTITION BY LIST (year);
      CREATE TABLE shop.sales_2026 PARTITION OF shop.sales FOR VALUES IN (2026);`)
    const tables = { 'shop.sales': ['sale-{id}'], 'shop.sales_2026': ['sale-{id}'] }
    const { hears, groups } = await started({ tables: { ...TABLES, ...tables } })
    await db.write('INSERT INTO shop.sales VALUES (1, 2026)')
    await hears('sale-1')
    await db.write('INSERT INTO shop.sales_2026 VALUES (2, 2026)')
    await hears('sale-2')
    const [server] = await db.rows("SELECT current_setting('server_version_num')::int AS version")
    if (Number(server?.['version']) >= 150_000) {
      await db.write(`MERGE INTO products p USING (VALUES (1, 'gone'), (31, 'new')) AS v (id, what) ON p.id = v.id
        WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (v.id, 4, 0)`)
      await Promise.all(['product-1', 'product-31', 'category-1', 'category-4'].map(hears))
    }
    // The embedded one has no programs to run.
    if (db.name === 'PostgreSQL') {
      await db.write(`COPY products FROM PROGRAM 'printf "32\\t5\\t0\\n"'`)
      await hears('product-32')
    }
    expect(groups.flat()).toContain('table-shop.sales')
  })

  it('takes names and values as they come, and none of them for SQL', async () => {
    const table = 'odd"; DROP TABLE products; --'
    const column = `it's a "column"\\`
    const quoted = `shop."${table.replaceAll('"', '""')}"`
    const quotedColumn = `"${column.replaceAll('"', '""')}"`
    await db.write(`CREATE SCHEMA shop; CREATE TABLE ${quoted} (${quotedColumn} text, "touched" text)`)
    const { events, groups, sees } = await started({
      tables: {
        [`shop."${table.replaceAll('"', '""')}"`]: {
          columns: [column, 'touched'],
          groups: (row) => [groupName('odd-{v}-{w}', { v: row[column] ?? null, w: row['touched'] ?? null })],
        },
      },
    })
    const value = `'); DELETE FROM products; -- "{}\\ %s`
    await db.write(`INSERT INTO ${quoted} VALUES ('${value.replaceAll("'", "''")}', NULL)`)
    await sees('batch')
    expect(groups[0]).toContain(groupName('odd-{v}-{w}', { v: value, w: null }))
    expect(events.filter(({ type }) => type === 'mapping-failed')).toEqual([])
    expect(await db.rows('SELECT count(*)::int AS count FROM products')).toEqual([{ count: 20 }])
  })

  it('comes to the same names as `groupName`, whatever a text holds', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 80 }).filter((value) => !value.includes('\0'))
    const values = [
      ...fc.sample(text, { numRuns: 300, seed: SEED }),
      "'",
      '"',
      '\\',
      '$thermocline$',
      '%s',
      '{}',
    ]
    await db.write('CREATE SCHEMA shop; CREATE TABLE shop.texts (v text)')
    const { groups, sees } = await started({ tables: { 'shop.texts': ['text-{v}'] } })
    const list = quoteLiteral(JSON.stringify(values))
    await db.write(`INSERT INTO shop.texts SELECT jsonb_array_elements_text(${list}::jsonb)`)
    await sees('batch')
    const expected = values.map((v) => groupName('text-{v}', { v }))
    expect(new Set(groups[0])).toEqual(new Set(['table-shop.texts', ...expected]))
  })

  it('writes values as the session that wrote them would not', async () => {
    await db.write('CREATE SCHEMA shop; CREATE TABLE shop.days (day date, open boolean, share float8)')
    const { groups, sees } = await started({ tables: { 'shop.days': ['day-{day}', 'open-{open}-{share}'] } })
    await db.write(
      "SET DateStyle = 'SQL, DMY'; SET extra_float_digits = 0; INSERT INTO shop.days VALUES ('2026-11-22', true, 0.1::float8 + 0.2); RESET DateStyle; RESET extra_float_digits",
    )
    await sees('batch')
    expect(groups[0]).toContain('day-2026-11-22')
    expect(groups[0]).toContain(groupName('open-{open}-{share}', { open: true, share: 0.1 + 0.2 }))
  })

  it('never fails a write because a column has gone, and lets go of everything', async () => {
    const { sees, resets } = await started()
    await db.write('ALTER TABLE products RENAME COLUMN category_id TO section_id')
    await db.write('UPDATE products SET price = 0 WHERE id = 1')
    await sees('batch')
    expect(resets()).toBe(1)
  })

  it('lets go of everything where the function that names groups fails', async () => {
    const tables = { products: { columns: ['id'], groups: () => ['Not Portable'] } }
    const { sees, resets, events } = await started({ tables })
    await db.write('UPDATE products SET price = 0 WHERE id = 1')
    await sees('batch')
    expect(resets()).toBe(1)
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'mapping-failed', table: 'public.products' }),
    )
  })

  it('lets go of everything for a table or a column that only another deployment knows', async () => {
    const { source } = make({ tables: { products: ['product-{id}'] } })
    await source.install()
    const other = make({ tables: { orders: ['order-{id}'] } })
    other.source.start()
    await other.sees('not-installed')
    await db.write('UPDATE products SET price = 0 WHERE id = 1')
    await other.sees('unknown-table')
    await other.sees('batch')
    expect(other.resets()).toBe(1)
    await other.source.close()

    const later = make()
    later.source.start()
    await later.sees('not-installed')
    await db.write('UPDATE products SET price = 0 WHERE id = 1')
    await later.sees('batch')
    expect(later.resets()).toBe(1)
  })

  it('is installed once, takes no lock again, and leaves nothing behind', async () => {
    const { source } = make()
    await source.install()
    const triggers = "SELECT oid::text FROM pg_trigger WHERE tgname LIKE 'thermocline%' ORDER BY oid"
    const before = await db.rows(triggers)
    expect(before).toHaveLength(4)
    await source.install()
    expect(await db.rows(triggers)).toEqual(before)
    await db.write(source.installSql())
    expect(await db.rows(triggers)).toHaveLength(4)
    await source.uninstall()
    await source.uninstall()
    expect(await db.rows(triggers)).toEqual([])
    expect(await db.rows("SELECT 1 FROM pg_namespace WHERE nspname = 'thermocline'")).toEqual([])
  })

  it('leaves in its schema what is not its own', async () => {
    const { source } = make({ schema: 'shop' })
    await db.write('CREATE SCHEMA shop; CREATE TABLE shop.kept (id int)')
    await source.install()
    await source.uninstall()
    expect(await db.rows('SELECT id FROM shop.kept')).toEqual([])
  })

  it('is changed to what is configured now', async () => {
    await make({ tables: { products: ['product-{id}'] } }).source.install()
    const { groups, sees } = await started()
    await db.write('UPDATE products SET price = 0 WHERE id = 1')
    await sees('batch')
    expect(groups[0]).toContain('category-1')
  })

  it.each([
    ['a table', { missing: ['a'] }, /missing/],
    ['a column', { products: ['a-{missing}'] }, /missing/],
  ])('says at once when %s is not there', async (_, tables, message) => {
    await expect(make({ tables }).source.install()).rejects.toThrow(message)
  })

  it('tells two applications of the same change, each by its own outbox', async () => {
    const [a, b] = [await started(), await started({ schema: 'other_app' })]
    await db.write('UPDATE products SET price = 0 WHERE id = 6')
    await Promise.all([a.hears('product-6'), b.hears('product-6')])
    expect([a.groups.length, b.groups.length]).toEqual([1, 1])
  })

  it('gives each change to one of two processes', async () => {
    const a = await started()
    const b = await started()
    const sources: PostgresSource[] = [a.source, b.source]
    for (let id = 1; id <= 10; id += 1) await db.write(`UPDATE products SET price = 0 WHERE id = ${id}`)
    for (let id = 1; id <= 10; id += 1) {
      await expect.poll(() => [...a.groups, ...b.groups].flat()).toContain(`product-${id}`)
    }
    expect(sources.every(({ isCaughtUp }) => isCaughtUp)).toBe(true)
    expect(await db.rows(OUTBOX)).toEqual([])
  })
})
