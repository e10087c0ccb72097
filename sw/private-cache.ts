import { decideInvalidation } from '../policy/index.ts'
import { createAsk, mustPassThrough } from './ask.ts'
import type { Ask } from './ask.ts'
import { BodyStore } from './body-store.ts'
import { CacheAnswer } from './cache-answer.ts'
import type { CacheParts } from './cache-parts.ts'
import { workerDirectives } from './directives.ts'
import { EntryIndex } from './entry-index.ts'
import { Flights } from './flights.ts'
import type { Handling } from './handling.ts'
import type { ResolvedHttpCacheOptions } from './http-cache-options.ts'
import { pastHttpCache } from './network-request.ts'
import { observePartition, takeIn } from './origin.ts'
import { ResponseStore } from './response-store.ts'
import { SearchKeys } from './search-keys.ts'
import { siteInvalidations } from './site-state.ts'
import { type StoredEntry, toStoredResponse } from './stored-entry.ts'
import { isSafeMethod } from './unsafe-method.ts'
import { workerState } from './worker-state.ts'

declare const self: ServiceWorkerGlobalScope

type PrivateCacheOptions = Pick<
  ResolvedHttpCacheOptions,
  'cacheName' | 'maxEntries' | 'maxBytes' | 'platform'
>

/**
 * A private HTTP cache (RFC 9111, RFC 5861) over Cache Storage and IndexedDB. It knows nothing of Workbox: `HttpCache`
 * is it as a Workbox strategy, the drop-in hands it its events. Storage that fails costs the cache, never the page.
 */
export class PrivateCache {
  readonly #parts: CacheParts

  constructor({ cacheName, maxBytes, maxEntries, platform }: PrivateCacheOptions) {
    const { database, partitions } = workerState(platform)
    const site = siteInvalidations(platform)
    const index = new EntryIndex(database, cacheName)
    const bodies = new BodyStore(platform, cacheName)
    const keys = new SearchKeys(database, () => platform.createId())
    const store = new ResponseStore({ platform, partitions, index, keys, bodies, maxEntries, maxBytes })
    const flights = new Flights()
    this.#parts = { platform, partitions, site, store, cacheName, flights, maxEntryBytes: maxBytes / 4 }
    site.add(this)
    if (!platform.isRestarted()) return
    // A worker is started for an event, which arrives a while after its script has run.
    store.prepare()
    void site.load()
  }

  /** Drops what is stored for a URL, in all variants. Relative URLs resolve against the worker's. */
  async invalidate(url: string | URL): Promise<void> {
    const target = new URL(url, self.location.href)
    target.hash = ''
    this.#parts.flights.outdate(target.href)
    await this.#parts.store.remove(target.href)
  }

  /** Drops every response of the worker's origin that is in one of these groups (RFC 9875). */
  async invalidateGroups(groups: readonly string[], origin: string = self.location.origin): Promise<void> {
    this.#parts.flights.outdateGroups(origin, groups)
    await this.#parts.store.removeGroups(origin, groups)
  }

  /** Drops everything stored; the partition stays known. */
  async clear(): Promise<void> {
    this.#parts.flights.outdate()
    await this.#parts.store.clear()
  }

  /** Removes bodies whose entries were lost when a worker was killed. Lists all that is stored: call it at activation. */
  async reconcile(): Promise<void> {
    await this.#parts.store.reconcile()
  }

  /** Answers a request from what is stored or from the network; `keyUrl` stands for its URL in the store. */
  async answer(request: Request, handling: Handling, keyUrl?: () => Promise<string>): Promise<Response> {
    const { partitions, platform, site } = this.#parts
    // Before anything is awaited.
    const { epoch } = partitions
    // While the store is looked into.
    void site.load()
    const isSafe = isSafeMethod(request.method)
    if (isSafe && mustPassThrough(request)) return await handling.fetch(request)
    const key = isSafe && keyUrl ? await keyUrl() : request.url
    const ask = await createAsk(request, handling, key, epoch, platform)
    return await (isSafe ? new CacheAnswer(ask, this.#parts).decide() : this.#forwardUnsafe(ask))
  }

  /** A stored response as it would be answered, without what the caches did written on it. */
  async read(url: string, entry: StoredEntry): Promise<Response | undefined> {
    const stored = await this.#parts.store.body(url, entry)
    return stored && new Response(stored.body, toStoredResponse(entry))
  }

  /** RFC 9111 §4: unsafe methods are written through; §4.4: what they changed is dropped before they are answered. */
  async #forwardUnsafe(ask: Ask): Promise<Response> {
    const { flights, platform, store } = this.#parts
    const requestTimeMs = platform.now()
    const response = await ask.handling.fetch(pastHttpCache(ask.request))
    const responseTimeMs = platform.now()
    const epoch = await observePartition(ask, this.#parts, response)
    const { headers, type } = response
    // A redirect that a navigation follows shows a worker no status.
    const status = type === 'opaqueredirect' ? 302 : response.status
    const { groups, urls } = decideInvalidation({ method: ask.request.method, status, url: ask.url, headers })
    for (const url of urls) {
      flights.outdate(url)
      await store.remove(url)
    }
    if (groups.length > 0) await this.invalidateGroups(groups, new URL(ask.url).origin)
    if (!isNewState(ask, response)) return response
    const exchange = await flights.start(ask.url, undefined, (ticket) =>
      takeIn(ask, this.#parts, { response, ticket, requestTimeMs, responseTimeMs }, { ticket }, epoch),
    )
    return new CacheAnswer(ask, this.#parts).answerExchange(exchange, { fwd: 'method' })
  }
}

/** RFC 9110 §9.3.3: what a POST answers is what a GET would, if it says so, and for how long. */
function isNewState({ request, url }: Ask, { headers, status }: Response): boolean {
  const location = headers.get('content-location')
  const isExplicit = workerDirectives(headers).values.maxAge !== undefined || headers.has('expires')
  return (
    request.method === 'POST' &&
    status === 200 &&
    isExplicit &&
    location !== null &&
    URL.canParse(location, url) &&
    new URL(location, url).href === url
  )
}
