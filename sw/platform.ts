import { openDB } from 'idb'

declare const self: ServiceWorkerGlobalScope

/** What the worker touches outside its own rules: time, network, storage, clients. Tests put a stand-in here. */
export interface Platform {
  /** Epoch milliseconds. */
  now(): number
  delay(ms: number): Promise<void>
  fetch(request: Request): Promise<Response>
  /** Throws where the browser refuses storage. */
  caches(): CacheStorage
  readonly openDatabase: typeof openDB
  /**
   * Whether the script runs again for a version that is active: what is stored is its own, and no other version changes it
   * before the first event arrives. `false` where the browser does not tell (Firefox before 141).
   */
  isRestarted(): boolean
  origin(): string
  /** What the browser puts into `Accept-Language`, as far as a worker can know it. */
  languages(): readonly string[]
  /** Bytes that the browser lets this origin store; `Infinity` where it doesn't say. */
  quota(): Promise<number>
  createId(): string
  /** A digest that does not give the text away. */
  digest(text: string): Promise<string>
  /** Sends a message to every page of the worker. */
  notifyPages(message: unknown): Promise<void>
}

/** The real thing. Reads each global when it is used, since storage that is switched off throws at the mere look. */
export const workerPlatform: Platform = {
  now: () => Date.now(),
  delay: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  fetch: (request) => fetch(request),
  caches: () => caches,
  openDatabase: openDB,
  isRestarted: () => (self.serviceWorker as ServiceWorker | undefined)?.state === 'activated',
  origin: () => self.location.origin,
  languages: () => navigator.languages,
  quota: async () => (await navigator.storage.estimate()).quota ?? Number.POSITIVE_INFINITY,
  createId: () => crypto.randomUUID(),
  async digest(text) {
    const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
    return btoa(String.fromCharCode(...bytes))
  },
  async notifyPages(message) {
    for (const client of await self.clients.matchAll({ type: 'window', includeUncontrolled: true })) {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- clients are of this origin, and no windows
      client.postMessage(message)
    }
  },
}
