import { existsSync } from 'node:fs'
import { join } from 'node:path'
import express, { type Response, Router } from 'express'
import type { Context } from '../context.ts'
import { pageDir, picturesDir } from '../paths.ts'
import { cachedCategories } from './catalog.ts'
import { cachedProduct } from './products.ts'

/** Addresses that the page draws by itself. */
const PLAIN_PAGES = ['/', '/search', '/cart', '/checkout', '/login', '/account', '/admin']

// The policies write Cache-Control; `index` is off so that "/" goes through the page routes.
const FILES = { cacheControl: false, index: false, redirect: false } as const

/** Everything that is not the API: the page's shell, its files, the pictures. */
export function pageRoutes({ pool, cache, http }: Context): Router {
  const router = Router()

  router.use('/assets', http.route('asset'), express.static(join(pageDir, 'assets'), FILES), noSuchFile)
  router.use('/pictures', http.route('asset'), express.static(picturesDir, FILES), noSuchFile)
  router.use(http.route('page'))
  router.use(express.static(pageDir, FILES))

  router.get(PLAIN_PAGES, (_request, response) => sendShell(response, 200))
  router.get('/c/:category', async (request, response) => {
    const categories = await cachedCategories({ pool, cache })
    sendShell(response, categories.some(({ id }) => id === request.params.category) ? 200 : 404)
  })
  router.get('/p/:reference', async (request, response) => {
    const [id] = request.params.reference.split('-', 1)
    sendShell(response, (await cachedProduct({ pool, cache }, id)) === null ? 404 : 200)
  })
  router.use((_request, response) => sendShell(response, 404))

  return router
}

/** The page draws every address itself; the status tells crawlers and caches whether there is anything. */
function sendShell(response: Response, status: 200 | 404): void {
  const shell = join(pageDir, 'index.html')
  if (existsSync(shell)) response.status(status).sendFile(shell, { cacheControl: false })
  else response.status(503).type('text').send('The page has not been built yet. Run `npm run build`.\n')
}

function noSuchFile(_request: unknown, response: Response): void {
  response.status(404).type('text').send('There is no such file.\n')
}
