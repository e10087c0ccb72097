import { eventHandling } from '../handling.ts'
import { type HttpCacheOptions, resolveHttpCacheOptions } from '../http-cache-options.ts'
import { PrivateCache } from '../private-cache.ts'
import { workerState } from '../worker-state.ts'
import { layerOf } from './layer-of.ts'
import { TestPlatform, type TestPlatformOptions } from './test-platform.ts'

/** Options of `TestWorker`: those of the platform, and the limits of the cache. */
export interface TestWorkerOptions
  extends TestPlatformOptions, Pick<HttpCacheOptions, 'cacheName' | 'maxBytes' | 'maxEntries'> {}

/** What a page got, read to its end. */
export interface TestAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
  /** See `layerOf`. */
  readonly layer: string | undefined
}

/**
 * The drop-in's HTTP cache without a browser, to hold your server's header fields against: it answers as the worker would,
 * at the time that you say. Throws `option-invalid` for a wrong limit.
 *
 * @example
 * const worker = new TestWorker({ network: (request) => app.fetch(request) })
 * await worker.ask('/api/products/42')
 * worker.pass(30_000)
 * expect((await worker.ask('/api/products/42')).layer).toBe('SW')
 */
export class TestWorker {
  readonly platform: TestPlatform
  readonly #cache: PrivateCache

  constructor({ cacheName, maxBytes, maxEntries, ...rest }: TestWorkerOptions = {}) {
    this.platform = new TestPlatform(rest)
    const limits = {
      ...(cacheName === undefined ? {} : { cacheName }),
      ...(maxBytes === undefined ? {} : { maxBytes }),
      ...(maxEntries === undefined ? {} : { maxEntries }),
    }
    this.#cache = new PrivateCache(resolveHttpCacheOptions({ ...limits, platform: this.platform }))
  }

  /**
   * Asks as a page would, and waits until everything has ended that the request set going. Relative URLs resolve against
   * the origin. Rejects where the page would see a network error.
   */
  async ask(url: string, init?: RequestInit): Promise<TestAnswer> {
    const request = new Request(new URL(url, this.platform.origin()), init)
    const extended: Promise<unknown>[] = []
    const event = { waitUntil: (work: Promise<unknown>) => void extended.push(work) }
    const handling = eventHandling(event as ExtendableEvent, (sent) => this.platform.fetch(sent))
    const response = await this.#cache.answer(request, handling)
    const { headers, status } = response
    const body = await response.text()
    await Promise.allSettled(extended)
    return { status, headers, body, layer: layerOf(response) }
  }

  /** Lets time pass, in milliseconds. */
  pass(ms: number): void {
    this.platform.pass(ms)
  }

  /** Signs somebody in as the page's `setPartition()` does; resolves once what was another's is gone. */
  async setPartition(id: string): Promise<void> {
    const { partitions } = workerState(this.platform)
    await partitions.hold(id)
    await partitions.wiped
  }

  /** Drops everything stored, as the page's `clear()` does. */
  async clear(): Promise<void> {
    await this.#cache.clear()
  }
}
