interface StoredResponse {
  readonly bytes: ArrayBuffer
  readonly status: number
  readonly headers: [string, string][]
}

/** Cache Storage in memory. Responses are found by URL alone: `Vary` is the worker's own affair. */
export class MemoryCaches implements CacheStorage {
  readonly #caches = new Map<string, MemoryCache>()

  async open(name: string): Promise<Cache> {
    const known = this.#caches.get(name) ?? new MemoryCache()
    this.#caches.set(name, known)
    return known
  }

  async has(name: string): Promise<boolean> {
    return this.#caches.has(name)
  }

  async keys(): Promise<string[]> {
    return [...this.#caches.keys()]
  }

  async delete(name: string): Promise<boolean> {
    return this.#caches.delete(name)
  }

  async match(
    request: RequestInfo | URL,
    { cacheName }: MultiCacheQueryOptions = {},
  ): Promise<Response | undefined> {
    for (const [name, cache] of this.#caches) {
      if (cacheName !== undefined && name !== cacheName) continue
      const found = await cache.match(request)
      if (found !== undefined) return found
    }
    return undefined
  }
}

class MemoryCache implements Cache {
  readonly #stored = new Map<string, StoredResponse>()

  async match(request: RequestInfo | URL): Promise<Response | undefined> {
    const stored = this.#stored.get(urlOf(request))
    return stored && new Response(stored.bytes, stored)
  }

  async matchAll(request?: RequestInfo | URL): Promise<Response[]> {
    const urls = request === undefined ? [...this.#stored.keys()] : [urlOf(request)]
    const found = await Promise.all(urls.map((url) => this.match(url)))
    return found.filter((response) => response !== undefined)
  }

  /** Counts once the body has been read to its end, as in browsers. */
  async put(request: RequestInfo | URL, response: Response): Promise<void> {
    const { headers, status } = response
    this.#stored.set(urlOf(request), { bytes: await response.arrayBuffer(), status, headers: [...headers] })
  }

  async add(request: RequestInfo | URL): Promise<void> {
    await this.put(request, await fetch(request))
  }

  async addAll(requests: Iterable<RequestInfo>): Promise<void> {
    await Promise.all(Array.from(requests, (request) => this.add(request)))
  }

  async delete(request: RequestInfo | URL): Promise<boolean> {
    return this.#stored.delete(urlOf(request))
  }

  async keys(): Promise<Request[]> {
    return Array.from(this.#stored.keys(), (url) => new Request(url))
  }
}

function urlOf(request: RequestInfo | URL): string {
  return request instanceof Request ? request.url : String(request)
}
