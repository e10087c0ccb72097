import { openDB } from 'idb'
import { refuseUnknownOptions } from '../../policy/index.ts'
import type { Platform } from '../platform.ts'
import { MemoryCaches } from './memory-caches.ts'

/** Options of `TestPlatform`. */
export interface TestPlatformOptions {
  /**
   * What stands for the network. Throw a `TypeError` for one that is away.
   * @default 404 for everything
   */
  readonly network?: ((request: Request) => Response | Promise<Response>) | undefined
  /**
   * The time at which the clock stands, in epoch milliseconds.
   * @default 2026-01-01T00:00:00Z
   */
  readonly nowMs?: number | undefined
  /** @default 'https://app.example' */
  readonly origin?: string | undefined
  /** @default ['en'] */
  readonly languages?: readonly string[] | undefined
}

interface Timer {
  readonly atMs: number
  readonly fire: () => void
}

/** Up to here a wait only puts something off, in milliseconds. */
const PUT_OFF_MS = 500

/**
 * Clock, network and Cache Storage in a test's hands, for `HttpCache` and `TestWorker`. The clock stands still until
 * `pass()` is called. IndexedDB is the global one: in Node, import `fake-indexeddb/auto` first, or the cache goes without
 * storage, as in a browser that has none.
 */
export class TestPlatform implements Platform {
  /** What stands for the network; may be changed at any time. */
  network: (request: Request) => Response | Promise<Response>
  /** The requests that reached it. */
  readonly requests: Request[] = []
  /** What the cache told the pages. */
  readonly messages: unknown[] = []
  readonly #caches = new MemoryCaches()
  readonly #origin: string
  readonly #languages: readonly string[]
  readonly openDatabase: typeof openDB = openDB
  #nowMs: number
  #timers: Timer[] = []

  /** Throws `option-invalid` for an option that there is not. */
  constructor(options: TestPlatformOptions = {}) {
    refuseUnknownOptions('A platform for tests', options, ['network', 'nowMs', 'origin', 'languages'])
    const {
      languages = ['en'],
      network = () => new Response('', { status: 404 }),
      nowMs = Date.UTC(2026, 0, 1),
      origin = 'https://app.example',
    } = options
    this.network = network
    this.#nowMs = nowMs
    this.#origin = origin
    this.#languages = languages
  }

  /** Lets time pass, in milliseconds; what waited for that goes on. */
  pass(ms: number): void {
    this.#nowMs += ms
    const due = this.#timers.filter(({ atMs }) => atMs <= this.#nowMs)
    this.#timers = this.#timers.filter((timer) => !due.includes(timer))
    for (const { fire } of due) fire()
  }

  isRestarted(): boolean {
    return false
  }

  now(): number {
    return this.#nowMs
  }

  /** What is only put off happens at once; longer waits take `pass()`. */
  delay(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (ms <= PUT_OFF_MS) setTimeout(resolve, 0)
      else this.#timers.push({ atMs: this.#nowMs + ms, fire: resolve })
    })
  }

  async fetch(request: Request): Promise<Response> {
    this.requests.push(request)
    return await this.network(request)
  }

  caches(): CacheStorage {
    return this.#caches
  }

  origin(): string {
    return this.#origin
  }

  languages(): readonly string[] {
    return this.#languages
  }

  async quota(): Promise<number> {
    return Number.POSITIVE_INFINITY
  }

  createId(): string {
    return crypto.randomUUID()
  }

  async digest(text: string): Promise<string> {
    const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
    return btoa(String.fromCharCode(...bytes))
  }

  async notifyPages(message: unknown): Promise<void> {
    this.messages.push(message)
  }
}
