import type { RouteMatchCallbackOptions } from 'workbox-core/types.js'
import { registerRoute } from 'workbox-routing/registerRoute.js'
import { createCacheRoutes } from './cache-routes.ts'
import type { HttpCache } from './http-cache.ts'

/**
 * Registers a cache with Workbox's default router for the requests that `matches` accepts: GET and HEAD to be answered, the
 * unsafe methods to see what they change. Event streams, `If-Match` and `If-Unmodified-Since` stay with the browser, and so do
 * `keepalive` requests of unsafe methods, whose URL is dropped when they are sent.
 *
 * @param matches - by default all requests to the worker's own origin
 *
 * @example
 * registerHttpCache(new HttpCache(), ({ sameOrigin, url }) => sameOrigin && !url.pathname.startsWith('/api/'))
 */
export function registerHttpCache(
  cache: HttpCache,
  matches?: (options: RouteMatchCallbackOptions) => boolean,
): void {
  for (const route of createCacheRoutes(cache, matches)) registerRoute(route)
}
