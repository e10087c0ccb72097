import type { Pool } from 'pg'
import { type Database, inTransaction } from '../database/pool.ts'
import type { Address } from './address.ts'
import type { CartLine } from './cart.ts'
import { type Order, readOrder } from './orders.ts'
import { formatStock } from './stock.ts'

export interface OrderRequest {
  readonly userId: number
  /** Chosen by the client; the same key never becomes a second order. */
  readonly idempotencyKey: string
  /** Tells what the client asked for; the same key with another fingerprint is the client's mistake. */
  readonly fingerprint: string
  /** One line a product; none is refused, unless the key shows that the order was placed before. */
  readonly lines: readonly CartLine[]
  readonly address: Address
  /** What the customer was shown; another total is refused rather than charged. */
  readonly expectedTotalCents?: number
  /** The session whose cart loses what was ordered. */
  readonly sessionKey?: string
}

/** A product whose stock an order changed. */
export interface StockChange {
  readonly productId: number
  readonly categoryId: string
  /** Whether visitors now read another word: "low" instead of "in stock". */
  readonly labelChanged: boolean
}

export type OrderOutcome =
  | { readonly kind: 'placed'; readonly order: Order; readonly changes: readonly StockChange[] }
  | { readonly kind: 'placed-before'; readonly order: Order }
  | { readonly kind: 'key-reused' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'sold-out'; readonly productId: number; readonly available: number }
  | { readonly kind: 'price-changed'; readonly totalCents: number }

interface StockRow {
  id: number
  category_id: string
  price_cents: number
  stock: number
}

/** Ends the transaction with an outcome that must leave nothing behind. */
class Refused extends Error {
  readonly outcome: OrderOutcome
  constructor(outcome: OrderOutcome) {
    super(outcome.kind)
    this.outcome = outcome
  }
}

/** Reads and takes the stock, and writes the order, in one transaction: all of it or nothing. */
export async function placeOrder(pool: Pool, request: OrderRequest): Promise<OrderOutcome> {
  try {
    return await inTransaction(pool, (database) => placeWithin(database, request))
  } catch (error) {
    if (error instanceof Refused) return error.outcome
    throw error
  }
}

async function placeWithin(database: Database, request: OrderRequest): Promise<OrderOutcome> {
  const { userId, idempotencyKey, fingerprint, lines, address } = request
  // Comes first: a second request with this key waits here until the first has committed or failed.
  const claimed = await database.query<{ id: number }>(
    `INSERT INTO storefront.orders (user_id, idempotency_key, fingerprint, total_cents, address, placed_at)
     VALUES ($1, $2, $3, 0, $4, now()) ON CONFLICT (user_id, idempotency_key) DO NOTHING RETURNING id`,
    [userId, idempotencyKey, fingerprint, address],
  )
  const orderId = claimed.rows[0]?.id
  if (orderId === undefined) return earlierOrder(database, request)
  if (lines.length === 0) throw new Refused({ kind: 'empty' })

  const stock = await lockStock(database, lines)
  let totalCents = 0
  for (const { productId, quantity } of lines) {
    const row = stock.get(productId)
    const available = row?.stock ?? 0
    if (row === undefined || available < quantity)
      throw new Refused({ kind: 'sold-out', productId, available })
    totalCents += row.price_cents * quantity
  }
  if (request.expectedTotalCents !== undefined && request.expectedTotalCents !== totalCents) {
    throw new Refused({ kind: 'price-changed', totalCents })
  }
  await writeOrder(database, orderId, totalCents, request)
  const changes = lines.map(({ productId, quantity }): StockChange => {
    const { category_id, stock: before } = stock.get(productId) as StockRow
    return {
      productId,
      categoryId: category_id,
      labelChanged: formatStock(before) !== formatStock(before - quantity),
    }
  })
  return { kind: 'placed', order: await readOrder(database, orderId), changes }
}

async function earlierOrder(
  database: Database,
  { userId, idempotencyKey, fingerprint }: OrderRequest,
): Promise<OrderOutcome> {
  const { rows } = await database.query<{ id: number; fingerprint: string }>(
    'SELECT id, fingerprint FROM storefront.orders WHERE user_id = $1 AND idempotency_key = $2',
    [userId, idempotencyKey],
  )
  const [row] = rows
  if (row === undefined || row.fingerprint !== fingerprint) return { kind: 'key-reused' }
  return { kind: 'placed-before', order: await readOrder(database, row.id) }
}

/** Locks the rows in the order of their ids, so that two orders for the same things never wait for each other. */
async function lockStock(database: Database, lines: readonly CartLine[]): Promise<Map<number, StockRow>> {
  const { rows } = await database.query<StockRow & Record<string, unknown>>(
    `SELECT id, category_id, price_cents, stock FROM storefront.products
     WHERE id = ANY ($1::integer[]) ORDER BY id FOR UPDATE`,
    [lines.map(({ productId }) => productId)],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

async function writeOrder(
  database: Database,
  orderId: number,
  totalCents: number,
  { lines, sessionKey }: OrderRequest,
): Promise<void> {
  const wanted = JSON.stringify(lines.map(({ productId, quantity }) => ({ id: productId, quantity })))
  await database.query(
    `UPDATE storefront.products p SET stock = p.stock - wanted.quantity
     FROM jsonb_to_recordset($1) AS wanted (id integer, quantity integer) WHERE p.id = wanted.id`,
    [wanted],
  )
  await database.query(
    `INSERT INTO storefront.order_lines
     SELECT $2, p.id, p.slug, p.name, p.picture_base, p.price_cents, wanted.quantity
     FROM storefront.products p JOIN jsonb_to_recordset($1) AS wanted (id integer, quantity integer) USING (id)`,
    [wanted, orderId],
  )
  await database.query('UPDATE storefront.orders SET total_cents = $2 WHERE id = $1', [orderId, totalCents])
  if (sessionKey === undefined) return
  await database.query(
    `UPDATE storefront.sessions SET cart = (
       SELECT coalesce(jsonb_agg(line), '[]') FROM jsonb_array_elements(cart) AS line
       WHERE (line ->> 'productId')::integer <> ALL ($2::integer[])
     ) WHERE key = $1`,
    [sessionKey, lines.map(({ productId }) => productId)],
  )
}
