import { Strategy } from 'workbox-strategies/Strategy.js'
import type { StrategyHandler } from 'workbox-strategies/StrategyHandler.js'
import { type HttpCacheOptions, refuseUnknown, resolveHttpCacheOptions } from './http-cache-options.ts'
import type { Platform } from './platform.ts'
import { pluginHooks } from './plugin-callbacks.ts'
import { PrivateCache } from './private-cache.ts'
import { isSafeMethod } from './unsafe-method.ts'

/**
 * A Workbox strategy that is an HTTP cache: it stores and answers as the responses' own header fields say, as a private
 * cache (RFC 9111, and RFC 5861 for `stale-while-revalidate` and `stale-if-error`). Storage that fails costs the cache,
 * never the page. Throws `option-invalid` for a wrong option.
 *
 * @example
 * registerHttpCache(new HttpCache())
 */
export class HttpCache extends Strategy {
  readonly #cache: PrivateCache
  readonly #platform: Platform

  constructor(options: HttpCacheOptions = {}) {
    refuseUnknown(options)
    const resolved = resolveHttpCacheOptions(options)
    super({ ...resolved.strategy, cacheName: resolved.cacheName })
    this.#platform = resolved.platform
    this.#cache = new PrivateCache(resolved)
  }

  /** Drops what is stored for a URL, in all variants. Relative URLs resolve against the worker's. */
  async invalidate(url: string | URL): Promise<void> {
    await this.#cache.invalidate(url)
  }

  /** Drops every response of the worker's origin that is in one of these groups (RFC 9875). */
  async invalidateGroups(groups: readonly string[]): Promise<void> {
    await this.#cache.invalidateGroups(groups)
  }

  /** Drops everything stored; the partition stays known. */
  async clear(): Promise<void> {
    await this.#cache.clear()
  }

  /** Removes bodies whose entries were lost when a worker was killed. Lists all that is stored: call it at activation. */
  async reconcile(): Promise<void> {
    await this.#cache.reconcile()
  }

  /** Called by Workbox for each request of a route. */
  protected override async _handle(request: Request, handler: StrategyHandler): Promise<Response> {
    // Workbox clones what it fetches, and an unread clone holds a whole upload in memory; only its plugins need that.
    const isPlain = this.plugins.length === 0 && !isSafeMethod(request.method)
    const { cacheName } = this
    const read = this.#cache.read.bind(this.#cache)
    const handling = {
      fetch: (sent: Request) => (isPlain ? this.#platform.fetch(sent) : handler.fetch(sent)),
      waitUntil: <T>(work: Promise<T>): Promise<T> => handler.waitUntil(work),
      hooks: pluginHooks({ handler, request, cacheName, read }),
    }
    const keyUrl = handler.hasCallback('cacheKeyWillBeUsed')
      ? async () => (await handler.getCacheKey(request, 'read')).url
      : undefined
    return await this.#cache.answer(request, handling, keyUrl)
  }
}
