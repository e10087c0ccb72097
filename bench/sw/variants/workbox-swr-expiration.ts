import type { Variant } from '../variant.ts'

export const workboxSwrExpiration: Variant = {
  name: 'Workbox SWR + Expiration',
  worker: {
    kind: 'module',
    source: (files) => `
      import { ExpirationPlugin } from 'workbox-expiration'
      import { registerRoute } from 'workbox-routing'
      import { StaleWhileRevalidate } from 'workbox-strategies'
      const plugins = [new ExpirationPlugin({ maxEntries: ${files * 2}, maxAgeSeconds: 3600 })]
      const strategy = new StaleWhileRevalidate({ cacheName: 'files', plugins })
      registerRoute(({ url }) => url.pathname.startsWith('/file/'), strategy)`,
  },
}
