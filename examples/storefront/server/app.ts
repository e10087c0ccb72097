import express, { type Express, Router } from 'express'
import type { Pool } from 'pg'
import { type TieredCache, createHttpPolicies, invalidationStream } from 'thermocline/server'
import type { Context } from './context.ts'
import { type Front, openFront } from './front/open-front.ts'
import type { InstanceDescription } from './instance-config.ts'
import { policies } from './policies.ts'
import { accountRoutes } from './routes/account.ts'
import { adminRoutes } from './routes/admin.ts'
import { cartRoutes } from './routes/cart.ts'
import { catalogRoutes } from './routes/catalog.ts'
import { orderRoutes } from './routes/orders.ts'
import { pageRoutes } from './routes/pages.ts'
import { productRoutes } from './routes/products.ts'
import { sessionRoutes } from './routes/session.ts'
import { statusRoutes } from './routes/status.ts'
import { apiNotFound, errorHandler } from './web/error-handler.ts'
import { LoginThrottle } from './web/login-throttle.ts'
import { securityHeaders } from './web/security-headers.ts'
import { SessionStore } from './web/session-store.ts'
import { Sessions } from './web/sessions.ts'

export interface AppParts {
  readonly pool: Pool
  readonly cache: TieredCache
  readonly description: InstanceDescription
  /** @default nothing stands in front of it */
  readonly front?: Front
}

/** The shop's Express application. */
export function createApp({ pool, cache, description, front = nothingInFront(cache) }: AppParts): Express {
  const sessions = new Sessions(new SessionStore(pool))
  const http = createHttpPolicies(policies, { partition: (request) => sessions.userIdOf(request) })
  const invalidations = invalidationStream({
    cache,
    partition: (request) => sessions.userIdOf(request),
    edges: front.edges,
  })
  const context: Context = { pool, cache, front, http, sessions, throttle: new LoginThrottle() }

  const api = Router()
  api.use(catalogRoutes(context), productRoutes(context), sessionRoutes(context), accountRoutes(context))
  api.use(cartRoutes(context), orderRoutes(context), adminRoutes(context), statusRoutes(context, description))
  api.use(apiNotFound)

  const app = express()
  app.disable('x-powered-by')
  app.use(...front.middleware, http.middleware(), securityHeaders)
  app.use('/api', api)
  app.get('/invalidations', sessions.load, invalidations.handler)
  app.use(pageRoutes(context))
  app.use(errorHandler)
  return app
}

function nothingInFront(cache: TieredCache): Front {
  return openFront(cache, { varnishUrl: undefined, nginxUrl: undefined })
}
