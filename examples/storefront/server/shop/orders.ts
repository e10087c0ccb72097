import type { Database } from '../database/pool.ts'
import type { Address } from './address.ts'
import { CURRENCY } from './product.ts'

interface OrderLine {
  readonly productId: number
  readonly slug: string
  readonly name: string
  readonly pictureBase: string
  readonly priceCents: number
  readonly quantity: number
}

export interface Order {
  readonly id: string
  readonly placedAt: string
  readonly status: 'placed'
  readonly totalCents: number
  readonly currency: string
  readonly address: Address
  readonly lines: readonly OrderLine[]
}

interface OrderRow {
  id: number
  placed_at: Date
  total_cents: number
  address: Address
  lines: OrderLine[]
}

const SELECT_ORDERS = `
  SELECT o.id, o.placed_at, o.total_cents, o.address,
    json_agg(json_build_object(
      'productId', l.product_id, 'slug', l.slug, 'name', l.name, 'pictureBase', l.picture_base,
      'priceCents', l.price_cents, 'quantity', l.quantity
    ) ORDER BY l.product_id) AS lines
  FROM storefront.orders o JOIN storefront.order_lines l ON l.order_id = o.id`

/** A user's orders, newest first. */
export async function readOrders(database: Database, userId: number): Promise<Order[]> {
  const { rows } = await database.query<OrderRow & Record<string, unknown>>(
    `${SELECT_ORDERS} WHERE o.user_id = $1 GROUP BY o.id ORDER BY o.placed_at DESC, o.id DESC LIMIT 100`,
    [userId],
  )
  return rows.map(toOrder)
}

export async function readOrder(database: Database, id: number): Promise<Order> {
  const { rows } = await database.query<OrderRow & Record<string, unknown>>(
    `${SELECT_ORDERS} WHERE o.id = $1 GROUP BY o.id`,
    [id],
  )
  const [row] = rows
  if (row === undefined) throw new Error(`There is no order ${id}.`)
  return toOrder(row)
}

function toOrder(row: OrderRow): Order {
  return {
    id: String(row.id),
    placedAt: row.placed_at.toISOString(),
    status: 'placed',
    totalCents: row.total_cents,
    currency: CURRENCY,
    address: row.address,
    lines: row.lines,
  }
}
