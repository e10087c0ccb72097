import type { Listing, ListingQuery, ProductSummary, Sort } from './api-types.ts'
import type { Snapshot } from './catalogue-snapshot.ts'
import { searchProducts } from './search-products.ts'

const PAGE_SIZE = 24

/** One page of a category or a search out of the snapshot, as the server would have cut it. */
export function snapshotListing(snapshot: Snapshot, query: ListingQuery): Listing {
  const { category, q, page, sort } = query
  const inCategory =
    category === undefined
      ? snapshot.products
      : snapshot.products.filter((product) => product.categoryId === category)
  const searching = q !== undefined && q !== ''
  const found = searching ? searchProducts(inCategory, q) : inCategory
  // A search is in order of how well it matches until a price order is asked for.
  const ordered = searching && sort === 'name' ? found : found.toSorted(comparing(sort))
  const start = (page - 1) * PAGE_SIZE
  return { items: ordered.slice(start, start + PAGE_SIZE), total: ordered.length, page, pageSize: PAGE_SIZE }
}

function comparing(sort: Sort): (a: ProductSummary, b: ProductSummary) => number {
  if (sort === 'price-asc') return (a, b) => a.priceCents - b.priceCents || byName(a, b)
  if (sort === 'price-desc') return (a, b) => b.priceCents - a.priceCents || byName(a, b)
  return byName
}

function byName(a: ProductSummary, b: ProductSummary): number {
  return a.name.localeCompare(b.name, 'en')
}
