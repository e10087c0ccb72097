import { Router } from 'express'
import type { Context } from '../context.ts'
import type { InstanceDescription } from '../instance-config.ts'

/** What this server runs on, for the page's footer. */
export function statusRoutes({ cache, http }: Context, description: InstanceDescription): Router {
  const router = Router()
  router.get('/status', http.route('secret'), (_request, response) => {
    const { number, instances, database, redis, version } = description
    response.json({
      instance: `${number} of ${instances}`,
      database,
      redis: cache.status().l2 === 'down' ? `${redis} (not answering)` : redis,
      instances,
      version,
    })
  })
  return router
}
