import type { DBSchema, IDBPDatabase } from 'idb'
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

  constructor(platform: Platform) {
    this.#platform = platform
  }

  /** Changes whenever a connection was lost, so that what was read through it may no longer be there. */
  get generation(): number {
    return this.#generation
  }

  async use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    if (this.#platform.now() < this.#downUntilMs) throw new Error(UNAVAILABLE)
    try {
      return await this.#attempt(work)
    } catch (error) {
      if (!isLostConnection(error)) throw error
      this.#forget()
      return await this.#attempt(work)
    }
  }

  async #attempt<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const opening = (this.#opening ??= this.#open())
    let connection: Connection
    try {
      connection = await this.#withinLimit(opening)
    } catch (error) {
      this.#restUntilRetry()
      throw error
    }
    return await this.#withinLimit(work(connection))
  }

  #open(): Promise<Connection> {
    const onLost = () => {
      if (this.#opening === opening) this.#forget()
    }
    const opening = Promise.resolve().then(() =>
      this.#platform.openDatabase<Schema>(DATABASE_NAME, VERSION, {
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
      }),
    )
    return opening
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
