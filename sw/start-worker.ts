import { AppShell } from './app-shell.ts'
import { mustPassThrough } from './ask.ts'
import { handleMessages } from './handle-messages.ts'
import { HttpCache } from './http-cache.ts'
import { isSafeMethod } from './unsafe-method.ts'
import { type WorkerOptions, resolveWorkerOptions } from './worker-options.ts'

declare const self: ServiceWorkerGlobalScope

/**
 * Sets up a whole service worker: HTTP cache for the own origin, precached files, fallback pages for navigations, and
 * the messages of `thermocline/client`. Call it once, while the script is first evaluated. A wrong option is reported on
 * the console and its default used.
 */
export function startWorker(options?: WorkerOptions): void {
  const { cacheOptions, shellOptions } = resolveWorkerOptions(options, (message) =>
    console.error(`thermocline: ${message}`),
  )
  const cache = new HttpCache(cacheOptions)
  const appShell = new AppShell(shellOptions)
  appShell.listen()
  handleMessages([cache])
  self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
  // Without Workbox's router, which is a twentieth of this script and would pass unknown methods by.
  self.addEventListener('fetch', (event) => {
    const { request } = event
    if (new URL(request.url).origin !== self.location.origin) return
    const answer = () => cache.handle(event)
    if (appShell.has(request)) event.respondWith(appShell.answer(request, answer))
    else if (!isSafeMethod(request.method)) {
      if (!request.keepalive) event.respondWith(answer())
      // It must outlive page and worker, so it stays the browser's; what it will change is dropped beforehand.
      else event.waitUntil(cache.invalidate(request.url))
    } else if (!mustPassThrough(request)) {
      event.respondWith(request.mode === 'navigate' ? appShell.orFallback(request, answer()) : answer())
    }
  })
}
