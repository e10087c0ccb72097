import type { Variant } from '../variant.ts'

export const workboxCacheFirstExpiration: Variant = {
  name: 'Workbox CacheFirst + Expiration',
  worker: {
    kind: 'module',
    source: (files) => `
      import { ExpirationPlugin } from 'workbox-expiration'
      import { registerRoute } from 'workbox-routing'
      import { CacheFirst } from 'workbox-strategies'
      const plugins = [new ExpirationPlugin({ maxEntries: ${files * 2}, maxAgeSeconds: 3600 })]
      registerRoute(({ url }) => url.pathname.startsWith('/file/'), new CacheFirst({ cacheName: 'files', plugins }))`,
  },
}
