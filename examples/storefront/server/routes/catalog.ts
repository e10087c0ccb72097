import { Router } from 'express'
import { CATALOG_GROUP } from '../cache-groups.ts'
import type { Context } from '../context.ts'
import { type Catalog, type Category, readCatalog, readCategories } from '../shop/catalog.ts'

/** The whole shop and its categories: the same for everybody. */
export function catalogRoutes({ pool, cache, http }: Context): Router {
  const router = Router()
  const inCatalog = http.route('catalog', () => ({ groups: [CATALOG_GROUP] }))

  router.get('/catalog', inCatalog, async (_request, response) => {
    const catalog = await cache.getOrSet<Catalog>('catalog', () => readCatalog(pool), {
      policy: 'catalog',
      groups: [CATALOG_GROUP],
    })
    response.json(catalog)
  })

  router.get('/categories', inCatalog, async (_request, response) => {
    response.json(await cachedCategories({ pool, cache }))
  })

  return router
}

export function cachedCategories({ pool, cache }: Pick<Context, 'pool' | 'cache'>): Promise<Category[]> {
  return cache.getOrSet<Category[]>('categories', () => readCategories(pool), {
    policy: 'catalog',
    groups: [CATALOG_GROUP],
  })
}
