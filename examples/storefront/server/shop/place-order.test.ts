import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDatabase, startTestDatabase } from '../test-support/start-test-database.ts'
import { type OrderRequest, placeOrder } from './place-order.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await startTestDatabase()
})

afterAll(() => database.close())

const address = { name: 'Ada', street: 'A street', postcode: '1', city: 'A city', country: 'A country' }

function orderOf(idempotencyKey: string, lines: [number, number][]): OrderRequest {
  return {
    userId: 1,
    idempotencyKey,
    fingerprint: JSON.stringify(lines),
    lines: lines.map(([productId, quantity]) => ({ productId, quantity })),
    address,
  }
}

async function stockOf(...ids: number[]): Promise<number[]> {
  const { rows } = await database
    .connect()
    .query<{ stock: number }>('SELECT stock FROM storefront.products WHERE id = ANY ($1) ORDER BY id', [ids])
  return rows.map(({ stock }) => stock)
}

async function setStock(id: number, stock: number): Promise<void> {
  await database.connect().query('UPDATE storefront.products SET stock = $2 WHERE id = $1', [id, stock])
}

it('sells what there is and no more to 20 orders at once over two pools', async () => {
  await setStock(10, 12)
  await setStock(20, 9)
  const pools = [database.connect(), database.connect()] as const
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      // The two products are asked for in either order: waiting for each other must not end in a deadlock.
      placeOrder(
        pools[index % 2 === 0 ? 0 : 1],
        orderOf(
          `parallel-${index}`,
          index % 3 === 0
            ? [
                [10, 1],
                [20, 1],
              ]
            : [
                [20, 1],
                [10, 1],
              ],
        ),
      ),
    ),
  )
  const placed = outcomes.filter(({ kind }) => kind === 'placed')
  expect(placed).toHaveLength(9)
  expect(outcomes.filter(({ kind }) => kind === 'sold-out')).toHaveLength(11)
  expect(await stockOf(10, 20)).toEqual([3, 0])
})

it('places one order for one key, however often and however fast it is asked for', async () => {
  await setStock(30, 10)
  const pools = [database.connect(), database.connect()] as const
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      placeOrder(pools[index % 2 === 0 ? 0 : 1], orderOf('same-key', [[30, 2]])),
    ),
  )
  expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['placed', ...Array(9).fill('placed-before')])
  expect(new Set(outcomes.map((outcome) => 'order' in outcome && outcome.order.id)).size).toBe(1)
  expect(await stockOf(30)).toEqual([8])
})

it('refuses a key that belongs to another order', async () => {
  await setStock(31, 10)
  const pool = database.connect()
  await placeOrder(pool, orderOf('reused-key', [[31, 1]]))
  expect(await placeOrder(pool, orderOf('reused-key', [[31, 2]]))).toEqual({ kind: 'key-reused' })
  expect(await stockOf(31)).toEqual([9])
})

it('takes nothing when one of the things is sold out, and lets the same key try again', async () => {
  await setStock(40, 5)
  await setStock(41, 1)
  const pool = database.connect()
  const wanted = orderOf('try-again', [
    [40, 2],
    [41, 2],
  ])
  expect(await placeOrder(pool, wanted)).toEqual({ kind: 'sold-out', productId: 41, available: 1 })
  expect(await stockOf(40, 41)).toEqual([5, 1])
  await setStock(41, 2)
  expect((await placeOrder(pool, wanted)).kind).toBe('placed')
  expect(await stockOf(40, 41)).toEqual([3, 0])
})

it('charges no total that the customer was not shown', async () => {
  await setStock(50, 5)
  const pool = database.connect()
  const { rows } = await pool.query('SELECT price_cents FROM storefront.products WHERE id = 50')
  const totalCents = rows[0].price_cents * 2
  const wanted = orderOf('price-check', [[50, 2]])
  expect(await placeOrder(pool, { ...wanted, expectedTotalCents: totalCents - 1 })).toEqual({
    kind: 'price-changed',
    totalCents,
  })
  expect((await placeOrder(pool, { ...wanted, expectedTotalCents: totalCents })).kind).toBe('placed')
})

it('says which products now read differently in the shop', async () => {
  await setStock(60, 6)
  await setStock(61, 50)
  const outcome = await placeOrder(
    database.connect(),
    orderOf('labels', [
      [60, 1],
      [61, 1],
    ]),
  )
  expect(outcome).toMatchObject({
    kind: 'placed',
    changes: [
      { productId: 60, labelChanged: true },
      { productId: 61, labelChanged: false },
    ],
  })
})
