// Workbox as its documentation sets it up, for comparison. `STRATEGY` is put in when it is built.
import { clientsClaim } from 'workbox-core/clientsClaim.js'
import { registerRoute } from 'workbox-routing/registerRoute.js'
import { CacheFirst } from 'workbox-strategies/CacheFirst.js'
import { StaleWhileRevalidate } from 'workbox-strategies/StaleWhileRevalidate.js'

clientsClaim()
// The suite's own paths, on which it sets tests up and asks what reached the server, are not for a cache.
registerRoute(
  ({ url }) => url.pathname.startsWith('/test/'),
  STRATEGY === 'CacheFirst' ? new CacheFirst() : new StaleWhileRevalidate(),
)
