import { Strategy } from 'workbox-strategies/Strategy.js'
import type { StrategyHandler } from 'workbox-strategies/StrategyHandler.js'
import { type Ask, createAsk, mustPassThrough } from './ask.ts'
import { BodyStore } from './body-store.ts'
import { CacheAnswer } from './cache-answer.ts'
import type { CacheParts } from './cache-parts.ts'
import { EntryIndex } from './entry-index.ts'
import { Flights } from './flights.ts'
import { type HttpCacheOptions, resolveHttpCacheOptions } from './http-cache-options.ts'
import { observePartition } from './origin.ts'
import { ResponseStore } from './response-store.ts'
import { invalidatedUrls, isNonError, isSafeMethod } from './unsafe-method.ts'
import { workerState } from './worker-state.ts'

/**
 * A Workbox strategy that is an HTTP cache: it stores and answers as the responses' own header fields say, as a private
 * cache (RFC 9111, and RFC 5861 for `stale-while-revalidate` and `stale-if-error`). Storage that fails costs the cache,
 * never the page. Throws `option-invalid` for a wrong option.
 *
 * @example
 * registerHttpCache(new HttpCache())
 */
export class HttpCache extends Strategy {
  readonly #parts: CacheParts

  constructor(options: HttpCacheOptions = {}) {
    const { cacheName, maxEntries, maxBytes, platform, strategy } = resolveHttpCacheOptions(options)
    super({ ...strategy, cacheName })
    const { database, partitions } = workerState(platform)
    const index = new EntryIndex(database, cacheName)
    const bodies = new BodyStore(platform, cacheName)
    const store = new ResponseStore({ platform, partitions, index, bodies, maxEntries, maxBytes })
    this.#parts = {
      platform,
      partitions,
      store,
      cacheName,
      flights: new Flights(),
      maxEntryBytes: maxBytes / 4,
    }
  }

  /** Drops what is stored for a URL, in all variants. Relative URLs resolve against the worker's. */
  async invalidate(url: string | URL): Promise<void> {
    const target = new URL(url, self.location.href)
    target.hash = ''
    this.#parts.flights.outdate(target.href)
    await this.#parts.store.remove(target.href)
  }

  /** Drops everything stored; the partition stays known. */
  async clear(): Promise<void> {
    this.#parts.flights.outdate()
    await this.#parts.store.clear()
  }

  /** Called by Workbox for each request of a route. */
  protected override async _handle(request: Request, handler: StrategyHandler): Promise<Response> {
    const { partitions, platform } = this.#parts
    // Before anything is awaited.
    const { epoch } = partitions
    const isSafe = isSafeMethod(request.method)
    if (isSafe && mustPassThrough(request)) return await handler.fetch(request)
    const key =
      isSafe && handler.hasCallback('cacheKeyWillBeUsed')
        ? await handler.getCacheKey(request, 'read')
        : request
    const ask = await createAsk(request, handler, key.url, epoch, platform)
    return await (isSafe ? new CacheAnswer(ask, this.#parts).decide() : this.#forwardUnsafe(ask))
  }

  /** RFC 9111 §4: unsafe methods are written through; §4.4: what they changed is dropped before they are answered. */
  async #forwardUnsafe(ask: Ask): Promise<Response> {
    const { flights, platform, store } = this.#parts
    const { handler, request } = ask
    // Workbox clones what it fetches, and an unread clone holds a whole upload in memory; only its plugins need that.
    const response = await (this.plugins.length > 0 ? handler.fetch(request) : platform.fetch(request))
    await observePartition(ask, this.#parts, response)
    if (isNonError(response)) {
      for (const url of invalidatedUrls(ask.url, response)) {
        flights.outdate(url)
        await store.remove(url)
      }
    }
    return response
  }
}
