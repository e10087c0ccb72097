import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb'
import type { Platform } from './platform.ts'
import type { RowKey, UrlRow } from './stored-entry.ts'

export interface Schema extends DBSchema {
  entries: {
    key: [...RowKey]
    value: UrlRow
    indexes: { 'by-use': [cacheName: string, lastUsedMs: number]; 'by-group': string }
  }
  state: { key: string; value: unknown }
}

export type Connection = IDBPDatabase<Schema>

type Reading = IDBPTransaction<Schema, ('entries' | 'state')[]>

export const DATABASE_NAME = 'thermocline'
/** A store that can't be read as it is belongs to another version: it is a cache, so it is dropped, not migrated. */
const VERSION = 2
/** A connection that answers nothing is as bad as none (WebKit bugs 197050, 226547). */
const LIMIT_MS = 2_000
const RETRY_MS = 10_000
const UNAVAILABLE = 'IndexedDB is unavailable.'

/**
 * The worker's IndexedDB connection. Browsers close it behind one's back (storage cleared, tab in the background, newer
 * worker): it is opened again once for the call that meets this. Calls reject when that does not help, and at once for
 * a while after; callers then go without storage.
 */
export class Database {
  readonly #platform: Platform
  #opening: Promise<Connection> | undefined
  #downUntilMs = 0
  #generation = 0
  #reading: Reading | undefined

  constructor(platform: Platform) {
    this.#platform = platform
  }

  /** Changes whenever a connection was lost, so that what was read through it may no longer be there. */
  get generation(): number {
    return this.#generation
  }

  async use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const restMs = this.#downUntilMs - this.#platform.now()
    // Longer than that: the clock was set back.
    if (restMs > 0 && restMs <= RETRY_MS) throw new Error(UNAVAILABLE)
    const opening = this.#connect()
    try {
      return await this.#attempt(opening, work)
    } catch (error) {
      if (!isLostConnection(error)) throw error
      // Of those who meet this together, one opens it again for all.
      if (this.#opening === opening) this.#forget()
      return await this.#attempt(this.#connect(), work)
    }
  }

  /** As `use()`; those who have waited for one connection read in one transaction, which costs as much as what is read in it. */
  read<T>(work: (transaction: Reading) => Promise<T>): Promise<T> {
    return this.use((connection) => {
      if (this.#reading === undefined) {
        this.#reading = connection.transaction(['entries', 'state'])
        // The failed request itself is what callers hear of.
        this.#reading.done.catch(() => {})
        // It takes requests for as long as nothing but promises is worked off.
        queueMicrotask(() => {
          this.#reading = undefined
        })
      }
      return work(this.#reading)
    })
  }

  /** What the worker keeps of itself under a key, read as by `read()`. */
  state<T>(key: string): Promise<T | undefined> {
    return this.read((reading) => reading.objectStore('state').get(key) as Promise<T | undefined>)
  }

  async #attempt<T>(opening: Promise<Connection>, work: (connection: Connection) => Promise<T>): Promise<T> {
    let connection: Connection
    try {
      connection = await opening
    } catch (error) {
      if (this.#opening === opening) this.#restUntilRetry()
      throw error
    }
    this.#downUntilMs = 0
    return await this.#withinLimit(work(connection))
  }

  /** The connection, opened where there is none. */
  #connect(): Promise<Connection> {
    if (this.#opening !== undefined) return this.#opening
    const onLost = () => {
      if (this.#opening === opening) this.#forget()
    }
    const opening = this.#withinLimit(Promise.resolve().then(() => this.#open(onLost)))
    this.#opening = opening
    return opening
  }

  #open(onLost: () => void): Promise<Connection> {
    return this.#platform.openDatabase<Schema>(DATABASE_NAME, VERSION, {
      upgrade(connection) {
        for (const name of connection.objectStoreNames) connection.deleteObjectStore(name)
        const entries = connection.createObjectStore('entries', { keyPath: 'key' })
        entries.createIndex('by-use', ['cacheName', 'lastUsedMs'])
        entries.createIndex('by-group', 'groups', { multiEntry: true })
        connection.createObjectStore('state')
      },
      blocking(_current, _blocked, event) {
        // Whoever wants to delete or upgrade the database must not wait for a cache.
        ;(event.target as IDBDatabase).close()
        onLost()
      },
      terminated: onLost,
    })
  }

  #forget(): void {
    this.#opening = undefined
    this.#generation += 1
  }

  #restUntilRetry(): void {
    this.#forget()
    this.#downUntilMs = this.#platform.now() + RETRY_MS
  }

  #withinLimit<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let isSettled = false
      const settle = () => {
        isSettled = true
      }
      work.finally(settle).then(resolve, reject)
      void this.#platform.delay(LIMIT_MS).then(() => {
        if (isSettled) return
        this.#restUntilRetry()
        reject(new Error(UNAVAILABLE))
      })
    })
  }
}

/** Firefox and Chromium say InvalidStateError for a closed connection, WebKit UnknownError for a lost server. */
function isLostConnection(error: unknown): boolean {
  const name = (error as Partial<DOMException> | null)?.name
  return name === 'InvalidStateError' || name === 'UnknownError'
}
