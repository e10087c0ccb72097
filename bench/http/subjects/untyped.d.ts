// The parts of the rivals' APIs that the bench uses; neither package carries types.
declare module 'apicache' {
  import type { RequestHandler } from 'express'
  const apicache: { middleware(duration: string): RequestHandler }
  export default apicache
}

declare module 'route-cache' {
  import type { RequestHandler } from 'express'
  const routeCache: { cacheSeconds(seconds: number): RequestHandler<{ id: string }> }
  export default routeCache
}
