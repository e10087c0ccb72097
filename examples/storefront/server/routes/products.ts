import { type Request, Router } from 'express'
import { LISTING_GROUP, categoryGroup, productGroup } from '../cache-groups.ts'
import type { Context } from '../context.ts'
import { findProduct } from '../shop/find-products.ts'
import { type ListingQuery, PAGE_SIZE, SORTS, readListing } from '../shop/listing.ts'
import { type Product, toProduct } from '../shop/product.ts'
import { searchWords } from '../shop/search-words.ts'
import { HttpError } from '../web/http-error.ts'
import { readChoice, readDigits } from '../web/read-input.ts'

interface Listing {
  readonly items: readonly Product[]
  readonly total: number
  readonly page: number
  readonly pageSize: number
}

export const MOST_PAGES = 1_000
const MOST_QUERY_CHARACTERS = 100
const MOST_IDS = 999_999_999

/** Listings, searches and single products: the same for everybody. */
export function productRoutes({ pool, cache, http }: Context): Router {
  const router = Router()

  router.get(
    '/products',
    http.route('listing', () => ({ groups: [LISTING_GROUP] })),
    async (request, response) => {
      const query = readListingQuery(request)
      const listing = await cache.getOrSet<Listing>(listingKey(query), () => loadListing(query), {
        policy: 'listing',
        groups: groupsOf,
      })
      http.addGroups(response, groupsOf(listing))
      response.json(listing)
    },
  )

  router.get('/products/:id', http.route('product'), async (request, response) => {
    const product = await cachedProduct({ pool, cache }, request.params.id)
    if (product === null) throw new HttpError(404, 'not-found', 'The shop does not have this product.')
    http.addGroups(response, [productGroup(product.id), categoryGroup(product.categoryId)])
    response.json(product)
  })

  async function loadListing(query: ListingQuery): Promise<Listing> {
    const { rows, total } = await readListing(pool, query)
    return { items: rows.map(toProduct), total, page: query.page, pageSize: PAGE_SIZE }
  }

  return router
}

/** A product by the id in an address; `null` where there is none. */
export async function cachedProduct(
  { pool, cache }: Pick<Context, 'pool' | 'cache'>,
  idText: unknown,
): Promise<Product | null> {
  // Only what can be an id reaches the cache and the database.
  if (typeof idText !== 'string' || !/^[1-9]\d{0,8}$/.test(idText)) return null
  const id = readDigits(idText, 'id', [1, MOST_IDS])
  return cache.getOrSet<Product | null>(
    `product:${id}`,
    async () => {
      const row = await findProduct(pool, id)
      return row === undefined ? null : toProduct(row)
    },
    {
      policy: 'product',
      groups: (product) => [
        productGroup(id),
        ...(product === null ? [] : [categoryGroup(product.categoryId)]),
      ],
    },
  )
}

/** A page of a listing changes with the products on it, and with any change that may move products between pages. */
function groupsOf({ items }: Listing): string[] {
  return [LISTING_GROUP, ...items.map(({ id }) => productGroup(id))]
}

function readListingQuery({ query }: Request): ListingQuery {
  const { category, q, page, sort } = query
  if (category !== undefined && !(typeof category === 'string' && /^[a-z-]{0,40}$/.test(category))) {
    throw new HttpError(400, 'bad-input', '`category` must be the id of a category.')
  }
  return {
    category: category ?? '',
    q: readQuery(q),
    page: page === undefined ? 1 : readDigits(page, 'page', [1, MOST_PAGES]),
    sort: sort === undefined ? 'name' : readChoice(sort, 'sort', SORTS),
  }
}

/** The words of a search: "  Red  APPLES! " and "red apples" are one query and share one cache entry. */
export function readQuery(q: unknown): string {
  if (q === undefined) return ''
  if (typeof q !== 'string' || q.length > MOST_QUERY_CHARACTERS) {
    throw new HttpError(
      400,
      'bad-input',
      `\`q\` must be a text of at most ${MOST_QUERY_CHARACTERS} characters.`,
    )
  }
  return searchWords(q).join(' ')
}

function listingKey({ category, q, page, sort }: ListingQuery): string {
  return `listing:${new URLSearchParams({ category, q, page: String(page), sort }).toString()}`
}
