import type { RouteMatchCallbackOptions } from 'workbox-core/types.js'
import { registerRoute } from 'workbox-routing/registerRoute.js'
import { createCacheRoutes } from './cache-routes.ts'
import type { HttpCache } from './http-cache.ts'

/**
 * Registers a cache with Workbox's default router for the requests that `matches` accepts: GET to be answered, the
 * unsafe methods to see what they change. Streams, ranges and preconditions stay with the browser. By default all
 * requests to the worker's own origin.
 */
export function registerHttpCache(
  cache: HttpCache,
  matches?: (options: RouteMatchCallbackOptions) => boolean,
): void {
  for (const route of createCacheRoutes(cache, matches)) registerRoute(route)
}
