import { formatStock, type StockLabel } from './stock.ts'

export const CURRENCY = 'EUR'

/** A product as every visitor may see it. */
export interface Product {
  readonly id: number
  readonly slug: string
  readonly name: string
  readonly categoryId: string
  readonly categoryName: string
  readonly description: string
  readonly tags: readonly string[]
  readonly priceCents: number
  readonly currency: string
  readonly pictureBase: string
  readonly stock: StockLabel
}

export interface ProductRow {
  id: number
  slug: string
  name: string
  category_id: string
  category_name: string
  description: string
  tags: string[]
  price_cents: number
  stock: number
  picture_base: string
}

/** Everything that `toProduct` needs, for queries that start `SELECT ${PRODUCT_COLUMNS} ${FROM_PRODUCTS}`. */
export const PRODUCT_COLUMNS =
  'p.id, p.slug, p.name, p.category_id, c.name AS category_name, p.description, p.tags, p.price_cents, p.stock, p.picture_base'
export const FROM_PRODUCTS = 'FROM storefront.products p JOIN storefront.categories c ON c.id = p.category_id'

export function toProduct(row: ProductRow): Product {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    categoryId: row.category_id,
    categoryName: row.category_name,
    description: row.description,
    tags: row.tags,
    priceCents: row.price_cents,
    currency: CURRENCY,
    pictureBase: row.picture_base,
    stock: formatStock(row.stock),
  }
}
