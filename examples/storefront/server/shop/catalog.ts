import type { Database } from '../database/pool.ts'

export interface Category {
  readonly id: string
  readonly name: string
  readonly count: number
  readonly pictureBase: string
}

/** `[id, slug, name, categoryId, priceCents, pictureBase]`: about 80 bytes a product, for a shop to browse offline. */
type CompactProduct = readonly [number, string, string, string, number, string]

export interface Catalog {
  readonly products: readonly CompactProduct[]
  readonly categories: readonly Category[]
}

export async function readCategories(database: Database): Promise<Category[]> {
  const { rows } = await database.query<{ id: string; name: string; count: number; picture_base: string }>(
    `SELECT c.id, c.name, count(p.id)::integer AS count, c.picture_base
     FROM storefront.categories c LEFT JOIN storefront.products p ON p.category_id = c.id
     GROUP BY c.id ORDER BY c.position`,
  )
  return rows.map(({ id, name, count, picture_base }) => ({ id, name, count, pictureBase: picture_base }))
}

export async function readCatalog(database: Database): Promise<Catalog> {
  const [categories, { rows }] = await Promise.all([
    readCategories(database),
    database.query<{
      id: number
      slug: string
      name: string
      category_id: string
      price_cents: number
      picture_base: string
    }>('SELECT id, slug, name, category_id, price_cents, picture_base FROM storefront.products ORDER BY id'),
  ])
  const products = rows.map((row): CompactProduct => [
    row.id,
    row.slug,
    row.name,
    row.category_id,
    row.price_cents,
    row.picture_base,
  ])
  return { products, categories }
}
