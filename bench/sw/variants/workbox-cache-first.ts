import type { Variant } from '../variant.ts'

export const workboxCacheFirst: Variant = {
  name: 'Workbox CacheFirst',
  worker: {
    kind: 'module',
    source: () => `
      import { registerRoute } from 'workbox-routing'
      import { CacheFirst } from 'workbox-strategies'
      registerRoute(({ url }) => url.pathname.startsWith('/file/'), new CacheFirst({ cacheName: 'files' }))`,
  },
}
