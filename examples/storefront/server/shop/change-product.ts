import type { Database } from '../database/pool.ts'
import { findProduct } from './find-products.ts'
import type { ProductRow } from './product.ts'

export interface ProductChange {
  readonly priceCents?: number
  readonly stock?: number
}

/** Writes a price, a stock or both; `undefined` where there is no such product. */
export async function changeProduct(
  database: Database,
  id: number,
  { priceCents, stock }: ProductChange,
): Promise<ProductRow | undefined> {
  await database.query(
    'UPDATE storefront.products SET price_cents = coalesce($2, price_cents), stock = coalesce($3, stock) WHERE id = $1',
    [id, priceCents ?? null, stock ?? null],
  )
  return findProduct(database, id)
}
