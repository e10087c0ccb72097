import type { Platform } from './platform.ts'
import type { StoredEntry } from './stored-entry.ts'

const PRIVATE_PREFIX = 'thermocline-private:'
const ID_HEADER = 'thermocline-id'
const VARIANT_PARAMETER = 'thermocline-variant'

/** Where the body of an entry is, besides its URL. */
type Place = Pick<StoredEntry, 'partition' | 'variant'>

/** What most responses are: no user's own, and the same for all requests. */
export const SHARED: Place = { partition: '', variant: '' }

/** The partition whose bodies a cache holds; `undefined` for every other cache of the origin. */
export function privateCachePartition(cacheName: string): string | undefined {
  return cacheName.startsWith(PRIVATE_PREFIX) ? cacheName.split(':')[1] : undefined
}

/**
 * Response bodies in Cache Storage: the shared ones in the cache named by the strategy, each partition's in one of its
 * own, so that a user's bodies go with one `caches.delete()`. Header fields are kept in the index, not here.
 */
export class BodyStore {
  readonly #platform: Platform
  readonly #cacheName: string

  constructor(platform: Platform, cacheName: string) {
    this.#platform = platform
    this.#cacheName = cacheName
  }

  /** What is stored in a place; it need not be the body of the entry that is there. */
  async read(url: string, { partition, variant }: Place): Promise<Response | undefined> {
    // By name: a cache that is held open goes on answering after a page has deleted it, as many do at sign-out.
    return await this.#platform.caches().match(bodyUrl(url, variant), { cacheName: this.#nameOf(partition) })
  }

  /** The body stored for an entry; `undefined` where there is none or another one. */
  async match(
    url: string,
    entry: StoredEntry,
    stored = this.read(url, entry),
  ): Promise<Response | undefined> {
    const response = await stored
    return response?.headers.get(ID_HEADER) === entry.id ? response : undefined
  }

  /** Resolves once the whole body is stored; rejects, and keeps what was there, when it breaks off. */
  async put(url: string, entry: StoredEntry, body: ReadableStream<Uint8Array> | null): Promise<void> {
    const cache = await this.open(entry.partition)
    await cache.put(bodyUrl(url, entry.variant), new Response(body, { headers: { [ID_HEADER]: entry.id } }))
  }

  async delete(url: string, { partition, variant }: Place): Promise<void> {
    const cache = await this.open(partition)
    await cache.delete(bodyUrl(url, variant))
  }

  /** Removes all bodies but those of some entries, from the caches of the partitions that these are in. */
  async deleteOthers(entries: readonly (readonly [url: string, entry: StoredEntry])[]): Promise<void> {
    const kept = new Set(
      entries.map(([url, { partition, variant }]) => `${partition} ${bodyUrl(url, variant)}`),
    )
    for (const partition of new Set(['', ...entries.map(([, entry]) => entry.partition)])) {
      const cache = await this.open(partition)
      for (const request of await cache.keys()) {
        if (!kept.has(`${partition} ${request.url}`)) await cache.delete(request)
      }
    }
  }

  /** The partitions that have bodies in this cache. Rejects where storage fails. */
  async partitions(): Promise<string[]> {
    const names = await this.#platform.caches().keys()
    return names
      .filter((name) => name.endsWith(`:${this.#cacheName}`))
      .flatMap((name) => privateCachePartition(name) ?? [])
  }

  /** Removes all bodies of all partitions. */
  async deleteAll(): Promise<void> {
    const caches = this.#platform.caches()
    const isOwn = (name: string) =>
      name === this.#cacheName ||
      (privateCachePartition(name) !== undefined && name.endsWith(`:${this.#cacheName}`))
    const names = await caches.keys()
    await Promise.all(names.filter(isOwn).map((name) => caches.delete(name)))
  }

  /** The cache of a partition, opened anew; '' for what all users share. */
  async open(partition: string): Promise<Cache> {
    return await this.#platform.caches().open(this.#nameOf(partition))
  }

  #nameOf(partition: string): string {
    return partition === '' ? this.#cacheName : `${PRIVATE_PREFIX}${partition}:${this.#cacheName}`
  }
}

/**
 * Chromium keeps one variant of a URL per cache, so variants get URLs of their own. The plain URL stays the key of what
 * does not vary: Workbox plugins delete by it.
 */
function bodyUrl(url: string, variant: string): string {
  if (variant === '') return url
  const keyUrl = new URL(url)
  keyUrl.searchParams.append(VARIANT_PARAMETER, variant)
  return keyUrl.href
}
