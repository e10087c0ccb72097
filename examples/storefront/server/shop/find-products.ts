import type { Database } from '../database/pool.ts'
import { FROM_PRODUCTS, PRODUCT_COLUMNS, type ProductRow } from './product.ts'

export async function findProduct(database: Database, id: number): Promise<ProductRow | undefined> {
  return (await findProducts(database, [id])).get(id)
}

/** The products with those ids, by id; unknown ones are missing. */
export async function findProducts(
  database: Database,
  ids: readonly number[],
): Promise<Map<number, ProductRow>> {
  const { rows } = await database.query<ProductRow & Record<string, unknown>>(
    `SELECT ${PRODUCT_COLUMNS} ${FROM_PRODUCTS} WHERE p.id = ANY ($1::integer[])`,
    [ids],
  )
  return new Map(rows.map((row) => [row.id, row]))
}
