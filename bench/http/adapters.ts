import type { Adapter } from './adapter.ts'

/** The subjects that are Node processes, by name. Loaded one at a time, so that none pays for another's packages. */
export const ADAPTERS = {
  apicache: () => import('./subjects/apicache.ts'),
  'cached-listener': () => import('./subjects/cached-listener.ts'),
  express: () => import('./subjects/express.ts'),
  'express-empty': () => import('./subjects/express-empty.ts'),
  'express-ready': () => import('./subjects/express-ready.ts'),
  'fastify-caching': () => import('./subjects/fastify-caching.ts'),
  'header-policy': () => import('./subjects/header-policy.ts'),
  'node-http': () => import('./subjects/node-http.ts'),
  origin: () => import('./subjects/origin.ts'),
  'plain-map': () => import('./subjects/plain-map.ts'),
  'response-cache': () => import('./subjects/response-cache.ts'),
  'route-cache': () => import('./subjects/route-cache.ts'),
} as const satisfies Record<string, () => Promise<{ readonly adapter: Adapter }>>

export type AdapterName = keyof typeof ADAPTERS
