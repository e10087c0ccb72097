import { GONE_MESSAGE, retire } from './retire.ts'

declare const self: ServiceWorkerGlobalScope

/**
 * Starts a worker that is there to go. It takes over at once, answers nothing, deletes what was stored, and unregisters
 * itself.
 */
export function startOff(): void {
  self.addEventListener('install', (event) => event.waitUntil(takeOver()))
  self.addEventListener('activate', (event) => event.waitUntil(retire()))
}

/** A page with an older client, or none, never says that it has heard. */
const HEARD_WITHIN_MS = 1_000

/** The pages hear of it first, since they reload for a new version. */
async function takeOver(): Promise<void> {
  const pages = await self.clients.matchAll({ includeUncontrolled: true })
  const limit = new Promise((resolve) => setTimeout(resolve, HEARD_WITHIN_MS))
  await Promise.race([Promise.all(pages.map(tell)), limit])
  await self.skipWaiting()
}

async function tell(page: Client): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  await new Promise((resolve) => {
    port1.addEventListener('message', resolve)
    port1.start()
    page.postMessage(GONE_MESSAGE, [port2])
  })
}
