import { openDB, unwrap, wrap } from 'idb'
import { type FakeCacheStorage, FakePlatform } from './platform.fake.ts'

/** What outlives a worker, and decides when its waits are over. */
export interface Surroundings {
  readonly storage: FakeCacheStorage
  readonly indexedDB: IDBFactory
  readonly clock: { readonly nowMs: number }
  /** Whether IndexedDB can't be opened. */
  readonly isStorageAway: boolean
  /** Resolves when it is the turn of whoever waits for this. */
  turn(what: string): Promise<void>
  /** `isWanted` turns false when nobody listens any more. */
  network(request: Request, isWanted: () => boolean): Promise<Response>
  createId(): string
}

/** The platform of a worker that can be killed: from then on nothing that it began comes to an end or has an effect. */
export class KillablePlatform extends FakePlatform {
  readonly #surroundings: Surroundings
  readonly #transactions = new Set<IDBTransaction>()
  readonly #connections: IDBDatabase[] = []
  #isDead = false

  constructor(surroundings: Surroundings) {
    super(surroundings.storage)
    this.#surroundings = surroundings
  }

  kill(): void {
    this.#isDead = true
    for (const transaction of this.#transactions) {
      wrap(transaction).done.catch(() => {})
      try {
        transaction.abort()
      } catch {
        // It is being committed, which goes on without the worker.
      }
    }
    this.closeDatabase()
  }

  /** As browsers do behind a worker's back. */
  closeDatabase(): void {
    for (const connection of this.#connections) connection.close()
  }

  override now(): number {
    return this.#surroundings.clock.nowMs
  }

  /** Storage always answers here, so that what waits for the end of patience waits for ever. */
  override async delay(ms: number): Promise<void> {
    await (ms > 500 ? never() : this.#reply('delay', undefined))
  }

  override async fetch(request: Request): Promise<Response> {
    if (this.#isDead) return await never()
    return await this.#alive(this.#surroundings.network(request, () => !this.#isDead))
  }

  override createId(): string {
    return this.#surroundings.createId()
  }

  /** Takes effect at once, as a browser does what it is told in order; the worker hears of it later. */
  override caches(): CacheStorage {
    const storage = this.cacheStorage
    const open = async (name: string) => {
      const cache = await this.#reply('open', storage.open(name))
      return {
        match: (url: string) => this.#reply('match', cache.match(url)),
        delete: (url: string) => this.#reply('delete', cache.delete(url)),
        keys: () => this.#reply('keys', cache.keys()),
        put: async (url: string, response: Response) => {
          const bytes = await this.#alive(response.arrayBuffer())
          const { headers } = response
          await this.#reply('put', cache.put(url, new Response(bytes, { headers })))
        },
      }
    }
    return {
      open,
      match: (url: string, options: { readonly cacheName: string }) =>
        this.#reply('match', storage.match(url, options)),
      keys: () => this.#reply('caches.keys', storage.keys()),
      delete: (name: string) => this.#reply('caches.delete', storage.delete(name)),
    } as unknown as CacheStorage
  }

  override readonly openDatabase = (async (...parameters: Parameters<typeof openDB>) => {
    if (this.#isDead) return await never()
    if (this.#surroundings.isStorageAway) throw new DOMException('There is none.', 'UnknownError')
    // `idb` looks for the global; each interleaving has a database of its own.
    globalThis.indexedDB = this.#surroundings.indexedDB
    const connection = await openDB(...parameters)
    const raw = unwrap(connection)
    this.#connections.push(raw)
    if (this.#isDead) {
      raw.close()
      return await never()
    }
    const begin = raw.transaction.bind(raw)
    raw.transaction = (...what) => {
      const transaction = begin(...what)
      this.#transactions.add(transaction)
      const end = () => this.#transactions.delete(transaction)
      transaction.addEventListener('complete', end)
      transaction.addEventListener('abort', end)
      return transaction
    }
    return connection
  }) as typeof openDB

  /** What came of something, once it is its turn to be heard of. */
  async #reply<T>(what: string, work: T | Promise<T>): Promise<T> {
    if (this.#isDead) return await never()
    const result = await work
    await this.#surroundings.turn(what)
    return await this.#alive(result)
  }

  async #alive<T>(work: T | Promise<T>): Promise<T> {
    const result = await work
    return this.#isDead ? await never() : result
  }
}

async function never<T>(): Promise<T> {
  return await new Promise<T>(() => {})
}
