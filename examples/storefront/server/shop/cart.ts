import type { Database } from '../database/pool.ts'
import { findProducts } from './find-products.ts'
import { CURRENCY, type Product, toProduct } from './product.ts'

/** What a session remembers of its cart. Prices are looked up when it is shown. */
export interface CartLine {
  readonly productId: number
  readonly quantity: number
}

export interface Cart {
  readonly lines: readonly { readonly product: Product; readonly quantity: number }[]
  readonly totalCents: number
  readonly currency: string
}

export const MOST_LINES = 50
export const MOST_OF_ONE = 99

/** The cart with today's products and prices; what is no longer sold is left out. */
export async function priceCart(database: Database, lines: readonly CartLine[]): Promise<Cart> {
  const products = await findProducts(
    database,
    lines.map(({ productId }) => productId),
  )
  const priced = lines.flatMap(({ productId, quantity }) => {
    const row = products.get(productId)
    return row === undefined ? [] : [{ product: toProduct(row), quantity }]
  })
  const totalCents = priced.reduce((sum, { product, quantity }) => sum + product.priceCents * quantity, 0)
  return { lines: priced, totalCents, currency: CURRENCY }
}

/** One line a product, in the order in which they first came. */
export function mergeLines(lines: readonly CartLine[]): CartLine[] {
  const quantities = new Map<number, number>()
  for (const { productId, quantity } of lines) {
    quantities.set(productId, Math.min((quantities.get(productId) ?? 0) + quantity, MOST_OF_ONE))
  }
  return [...quantities].map(([productId, quantity]) => ({ productId, quantity }))
}
