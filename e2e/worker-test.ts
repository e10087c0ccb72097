import { type Page, expect, test as base } from '@playwright/test'
import { WorkerOrigin } from './worker-origin.ts'
import { ask, openControlled } from './worker-page.ts'

interface Fixtures {
  /** Lines before the drop-in's own, as a build puts its configuration there. */
  readonly prelude: string
  /** What the origin says from the start, by path. */
  readonly pages: Readonly<Record<string, string>>
  readonly origin: WorkerOrigin
}

/** A page at an origin of its own, which the drop-in worker controls. */
export const test = base.extend<Fixtures>({
  prelude: ['', { option: true }],
  pages: [{}, { option: true }],
  origin: async ({ page, pages, prelude }, use) => {
    const origin = await WorkerOrigin.start(prelude)
    for (const [path, body] of Object.entries(pages)) {
      origin.says(path, body, { 'Content-Type': 'text/html', 'Cache-Control': 'no-cache' })
    }
    await openControlled(page, origin.url)
    await use(origin)
    await origin.close()
  },
})

export { expect } from '@playwright/test'

/** Fetches until the answer comes from the worker's store. */
export async function store(page: Page, path: string, init: RequestInit = {}): Promise<void> {
  await expect.poll(async () => (await ask(page, path, init)).cacheStatus).toContain('SW; hit')
}

/** Waits until a response is stored, and whole, without asking for it: one that is stale would be fetched again behind the answer. */
export async function untilStored(page: Page, path: string): Promise<void> {
  await expect.poll(() => storedPaths(page)).toContain(path)
}

async function storedPaths(page: Page): Promise<string[]> {
  return await page.evaluate(async () => {
    // Opening would create it.
    const existing = await indexedDB.databases()
    if (!existing.some(({ name }) => name === 'thermocline')) return []
    const result = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.addEventListener('success', () => resolve(request.result))
        request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB failed.')))
      })
    const connection = await result(indexedDB.open('thermocline'))
    const keys = await result(connection.transaction('entries').objectStore('entries').getAllKeys())
    connection.close()
    return keys.map((key) => new URL((key as string[]).at(-1) ?? '').pathname)
  })
}

/** Every body in every cache of the origin. */
export async function storedBodies(page: Page): Promise<string[]> {
  return await page.evaluate(async () => {
    const bodies: string[] = []
    for (const name of await caches.keys()) {
      const cache = await caches.open(name)
      for (const request of await cache.keys())
        bodies.push((await (await cache.match(request))?.text()) ?? '')
    }
    return bodies
  })
}
