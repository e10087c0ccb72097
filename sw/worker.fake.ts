import 'fake-indexeddb/auto'

// Workbox reads these while it is loaded.
process.env['NODE_ENV'] = 'production'
Object.assign(globalThis, {
  self: globalThis,
  location: new URL('https://shop.example/sw.js'),
  registration: { scope: 'https://shop.example/' },
  ExtendableEvent: class extends Event {},
  FetchEvent: class extends Event {},
})
