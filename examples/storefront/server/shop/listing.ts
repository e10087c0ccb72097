import type { QueryResultRow } from 'pg'
import type { Database } from '../database/pool.ts'
import { FROM_PRODUCTS, PRODUCT_COLUMNS, type ProductRow } from './product.ts'
import { searchWords } from './search-words.ts'

export const PAGE_SIZE = 24

export const SORTS = ['name', 'price-asc', 'price-desc'] as const
type Sort = (typeof SORTS)[number]

export interface ListingQuery {
  /** A category id; empty for all. */
  readonly category: string
  /** Every word must begin a word of the name, the category or the tags; empty for all. */
  readonly q: string
  readonly page: number
  readonly sort: Sort
}

export interface ListingPage<Row> {
  readonly rows: readonly Row[]
  readonly total: number
}

const ORDER_BY: Readonly<Record<Sort, string>> = {
  // A search shows what is called so before what is only tagged so.
  name: "lower(p.name) = $5 DESC, lower(p.name) LIKE $5 || '%' DESC, p.name, p.id",
  'price-asc': 'p.price_cents, p.name, p.id',
  'price-desc': 'p.price_cents DESC, p.name, p.id',
}

/** One page of the products that match, and how many there are in all. */
export async function readListing(
  database: Database,
  { category, q, page, sort }: ListingQuery,
): Promise<ListingPage<ProductRow>> {
  const words = searchWords(q)
  const { rows } = await database.query<Partial<ProductRow> & QueryResultRow & { total: number }>(
    // The count stands beside a page that may be empty: hence the join from it.
    `WITH matching AS (
       SELECT ${PRODUCT_COLUMNS}, row_number() OVER (ORDER BY ${ORDER_BY[sort]}) AS place ${FROM_PRODUCTS}
       WHERE ($1 = '' OR p.category_id = $1) AND p.search LIKE ALL ($2::text[]) AND $5 = $5
     )
     SELECT counted.total, page.*
     FROM (SELECT count(*)::integer AS total FROM matching) AS counted
     LEFT JOIN matching AS page ON page.place > $3 AND page.place <= $3 + $4
     ORDER BY page.place`,
    [category, words.map((word) => `% ${word}%`), (page - 1) * PAGE_SIZE, PAGE_SIZE, words.join(' ')],
  )
  return {
    rows: rows.filter((row) => row['id'] !== null) as unknown as ProductRow[],
    total: rows[0]?.total ?? 0,
  }
}
