import { createHash } from 'node:crypto'
import { IDBFactory } from 'fake-indexeddb'
import { openDB } from 'idb'
import type { Platform } from './platform.ts'

interface Timer {
  readonly atMs: number
  readonly fire: () => void
}

/** A clock, a network and storage that a test holds in its hands. Several workers may be made over the same storage. */
export class FakePlatform implements Platform {
  readonly cacheStorage: FakeCacheStorage
  readonly messages: unknown[] = []
  readonly fetched: Request[] = []
  nowMs = Date.UTC(2026, 0, 1)
  /** What the network says; throws for a network that is away. */
  network: (request: Request) => Response | Promise<Response> = () => new Response('from the network')
  /** What the browser lets the origin store. */
  quotaBytes = 10_000_000_000
  /** Whether the worker that is made next is an active one's script, run again. */
  restarted = false
  /** Throws in place of opening where a test lets IndexedDB fail. */
  openFault: Error | undefined
  readonly opened: { close: () => void }[] = []
  #timers: Timer[] = []
  #ids = 0

  constructor(storage = new FakeCacheStorage()) {
    this.cacheStorage = storage
  }

  now(): number {
    return this.nowMs
  }

  /** Half a second is over at once, so that nobody waits for what is only put off; longer waits take `pass()`. */
  delay(ms: number): Promise<void> {
    if (ms <= 500) return new Promise((resolve) => setImmediate(resolve))
    return new Promise((resolve) => this.#timers.push({ atMs: this.nowMs + ms, fire: resolve }))
  }

  /** Lets time pass; timers that fall due fire. */
  pass(ms: number): void {
    this.nowMs += ms
    const due = this.#timers.filter(({ atMs }) => atMs <= this.nowMs)
    this.#timers = this.#timers.filter((timer) => !due.includes(timer))
    for (const { fire } of due) fire()
  }

  async fetch(request: Request): Promise<Response> {
    this.fetched.push(request)
    return await this.network(request)
  }

  caches(): CacheStorage {
    return this.cacheStorage as unknown as CacheStorage
  }

  readonly openDatabase = (async (...parameters: Parameters<typeof openDB>) => {
    if (this.openFault) throw this.openFault
    const connection = await openDB(...parameters)
    this.opened.push(connection)
    return connection
  }) as typeof openDB

  isRestarted(): boolean {
    return this.restarted
  }

  origin(): string {
    return 'https://shop.example'
  }

  languages(): readonly string[] {
    return ['de-CH', 'en']
  }

  async quota(): Promise<number> {
    return this.quotaBytes
  }

  createId(): string {
    return `id-${(this.#ids += 1)}-${Math.random()}`
  }

  async digest(text: string): Promise<string> {
    return createHash('sha256').update(text).digest('base64')
  }

  async notifyPages(message: unknown): Promise<void> {
    this.messages.push(message)
  }
}

/** Gives the next test an IndexedDB of its own. */
export function resetIndexedDb(): void {
  globalThis.indexedDB = new IDBFactory()
}

interface StoredBody {
  readonly bytes: ArrayBuffer
  readonly headers: [string, string][]
}

/** Cache Storage in memory, as far as the worker uses it: by URL, the body read before it counts. */
export class FakeCacheStorage {
  readonly stored = new Map<string, Map<string, StoredBody>>()
  fault: Error | undefined
  /** Bytes above which a body is refused. */
  quotaBytes = Number.POSITIVE_INFINITY

  async keys(): Promise<string[]> {
    return [...this.stored.keys()]
  }

  async delete(name: string): Promise<boolean> {
    return this.stored.delete(name)
  }

  async match(url: string, { cacheName }: { readonly cacheName: string }): Promise<Response | undefined> {
    if (this.fault) throw this.fault
    const bodies = this.stored.get(cacheName)
    return bodies && (await new FakeCache(bodies, this).match(url))
  }

  async open(name: string): Promise<FakeCache> {
    if (this.fault) throw this.fault
    const bodies = this.stored.get(name) ?? new Map<string, StoredBody>()
    this.stored.set(name, bodies)
    return new FakeCache(bodies, this)
  }

  /** Of all stored bodies. */
  get bytes(): number {
    let sum = 0
    for (const bodies of this.stored.values())
      for (const { bytes } of bodies.values()) sum += bytes.byteLength
    return sum
  }

  /** Every stored body as text. */
  texts(): string[] {
    return [...this.stored.values()].flatMap((bodies) =>
      Array.from(bodies.values(), ({ bytes }) => new TextDecoder().decode(bytes)),
    )
  }
}

class FakeCache {
  readonly #bodies: Map<string, StoredBody>
  readonly #storage: FakeCacheStorage

  constructor(bodies: Map<string, StoredBody>, storage: FakeCacheStorage) {
    this.#bodies = bodies
    this.#storage = storage
  }

  async match(url: string): Promise<Response | undefined> {
    const stored = this.#bodies.get(url)
    return stored && new Response(stored.bytes, { headers: stored.headers })
  }

  async put(url: string, response: Response): Promise<void> {
    const bytes = await response.arrayBuffer()
    if (this.#storage.bytes + bytes.byteLength > this.#storage.quotaBytes)
      throw new DOMException('Quota exceeded.', 'QuotaExceededError')
    this.#bodies.set(url, { bytes, headers: [...response.headers] })
  }

  async delete(url: string | Request): Promise<boolean> {
    return this.#bodies.delete(typeof url === 'string' ? url : url.url)
  }

  async keys(): Promise<{ url: string }[]> {
    return Array.from(this.#bodies.keys(), (url) => ({ url }))
  }
}
