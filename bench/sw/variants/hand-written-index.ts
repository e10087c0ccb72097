import type { Variant } from '../variant.ts'

/** The floor of every worker that keeps in IndexedDB what it knows of its files: it reads one row beside the file. */
export const handWrittenIndex: Variant = {
  name: 'hand-written, with a row',
  worker: {
    kind: 'module',
    source: () => `
      const connecting = new Promise((resolve) => {
        const opening = indexedDB.open('rows', 1)
        opening.onupgradeneeded = () => opening.result.createObjectStore('rows')
        opening.onsuccess = () => resolve(opening.result)
      })
      const opening = caches.open('files')
      const rowOf = async (url) => {
        const rows = (await connecting).transaction('rows').objectStore('rows')
        return await new Promise((resolve) => {
          const reading = rows.get(url)
          reading.onsuccess = () => resolve(reading.result)
        })
      }
      const known = new Map()
      const answer = async ({ request }) => {
        const { url } = request
        const cache = await opening
        const [row, stored] = await Promise.all([known.get(url) ?? rowOf(url), cache.match(request)])
        if (row) known.set(url, row)
        if (row && stored) return new Response(stored.body, { headers: row.headers })
        const response = await fetch(request)
        await cache.put(request, response.clone())
        const rows = (await connecting).transaction('rows', 'readwrite').objectStore('rows')
        rows.put({ headers: [...response.headers] }, url)
        return response
      }
      self.addEventListener('fetch', (event) => {
        if (new URL(event.request.url).pathname.startsWith('/file/')) event.respondWith(answer(event))
      })`,
  },
}
