import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildCatalogue } from '../catalogue/build-catalogue.ts'
import { type TestDatabase, startTestDatabase } from '../test-support/start-test-database.ts'
import { seed } from './seed.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await startTestDatabase({ seeded: false })
})

afterAll(() => database.close())

it('fills an empty database once, however many servers start on it', async () => {
  const catalogue = await buildCatalogue()
  const reports = await Promise.all([1, 2, 3].map(() => seed(database.connect(), catalogue)))
  expect(reports.filter(({ seeded }) => seeded)).toHaveLength(1)
  expect(new Set(reports.map(({ dataId }) => dataId)).size).toBe(1)
  const { rows } = await database.connect().query(
    `SELECT (SELECT count(*)::integer FROM storefront.products) AS products,
            (SELECT count(*)::integer FROM storefront.categories) AS categories,
            (SELECT count(*)::integer FROM storefront.users) AS users,
            (SELECT count(*)::integer FROM storefront.orders) AS orders`,
  )
  expect(rows[0]).toMatchObject({ categories: 12, users: 4, orders: 3 })
  expect(rows[0].products).toBeGreaterThanOrEqual(1_000)
})

it('leaves alone what has been changed since', async () => {
  const pool = database.connect()
  const catalogue = await buildCatalogue()
  await seed(pool, catalogue)
  await pool.query('UPDATE storefront.products SET price_cents = 4242, stock = 3 WHERE id = 7')
  expect((await seed(pool, catalogue)).seeded).toBe(false)
  const { rows } = await pool.query('SELECT price_cents, stock FROM storefront.products WHERE id = 7')
  expect(rows).toEqual([{ price_cents: 4242, stock: 3 }])
})
