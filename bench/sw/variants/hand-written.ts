import type { Variant } from '../variant.ts'

/** A floor, not a rival: it knows no freshness and never lets go of anything. */
export const handWritten: Variant = {
  name: 'hand-written cache.match',
  worker: {
    kind: 'module',
    source: () => `
      const opening = caches.open('files')
      const answer = async (request) => {
        const cache = await opening
        const stored = await cache.match(request)
        if (stored) return stored
        const response = await fetch(request)
        if (response.ok) await cache.put(request, response.clone())
        return response
      }
      self.addEventListener('fetch', (event) => {
        if (new URL(event.request.url).pathname.startsWith('/file/')) event.respondWith(answer(event.request))
      })`,
  },
}
