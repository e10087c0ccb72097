import type { RouteMatchCallbackOptions } from 'workbox-core/types.js'
import { Route } from 'workbox-routing/Route.js'
import { mustPassThrough } from './ask.ts'
import type { HttpCache } from './http-cache.ts'

/** The routes by which a cache sees what it must: GET and HEAD to be answered, unsafe methods for what they change. */
export function createCacheRoutes(
  cache: HttpCache,
  matches: (options: RouteMatchCallbackOptions) => boolean = ({ sameOrigin }) => sameOrigin,
): Route[] {
  const isWrite = (options: RouteMatchCallbackOptions) => {
    if (!matches(options)) return false
    if (!options.request.keepalive) return true
    // It must outlive page and worker, so it stays the browser's; what it will change is dropped beforehand.
    options.event.waitUntil(cache.invalidate(options.request.url))
    return false
  }
  const isRead = (options: RouteMatchCallbackOptions) => matches(options) && !mustPassThrough(options.request)
  return [
    ...(['GET', 'HEAD'] as const).map((method) => new Route(isRead, cache, method)),
    ...(['POST', 'PUT', 'PATCH', 'DELETE'] as const).map((method) => new Route(isWrite, cache, method)),
  ]
}
