import express, { Router } from 'express'
import { CATALOG_GROUP, LISTING_GROUP, categoryGroup, productGroup } from '../cache-groups.ts'
import type { Context } from '../context.ts'
import { changeProduct } from '../shop/change-product.ts'
import { PAGE_SIZE, readListing } from '../shop/listing.ts'
import { type ProductRow, toProduct } from '../shop/product.ts'
import { requireSameSite } from '../web/csrf.ts'
import { HttpError } from '../web/http-error.ts'
import { readDigits, readInteger, readObject } from '../web/read-input.ts'
import { MOST_PAGES, readQuery } from './products.ts'

/** The shop's own view of its products, and changing them. Never from a cache. */
export function adminRoutes({ pool, front, http, sessions }: Context): Router {
  const router = Router()
  const secret = http.route('secret')

  router.get('/admin/products', secret, sessions.load, sessions.requireAdmin, async ({ query }, response) => {
    const page = query['page'] === undefined ? 1 : readDigits(query['page'], 'page', [1, MOST_PAGES])
    const listing = { category: '', q: readQuery(query['q']), page, sort: 'name' } as const
    const { rows, total } = await readListing(pool, listing)
    response.json({ items: rows.map(toAdminProduct), total, page, pageSize: PAGE_SIZE })
  })

  router.patch(
    '/admin/products/:id',
    secret,
    sessions.load,
    requireSameSite(sessions),
    sessions.requireAdmin,
    express.json({ limit: '32kb' }),
    async (request, response) => {
      const id = readDigits(request.params['id'], 'id', [1, 999_999_999])
      const { priceCents, stock } = readObject(request.body)
      if (priceCents === undefined && stock === undefined) {
        throw new HttpError(400, 'bad-input', 'Give `priceCents`, `stock` or both.')
      }
      const row = await changeProduct(pool, id, {
        ...(priceCents === undefined
          ? {}
          : { priceCents: readInteger(priceCents, 'priceCents', [1, 10_000_000]) }),
        ...(stock === undefined ? {} : { stock: readInteger(stock, 'stock', [0, 1_000_000]) }),
      })
      if (row === undefined) throw new HttpError(404, 'not-found', 'The shop does not have this product.')
      await front.invalidate(
        { groups: [productGroup(id), categoryGroup(row.category_id), LISTING_GROUP, CATALOG_GROUP] },
        { wait: front.edges === undefined ? 'local' : 'edges' },
      )
      response.json(toAdminProduct(row))
    },
  )

  return router
}

function toAdminProduct(row: ProductRow): object {
  return { ...toProduct(row), stockCount: row.stock }
}
