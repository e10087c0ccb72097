import { ThermoclineError, describeValue, refuseUnknownOptions } from '../../policy/index.ts'
import {
  type L2Driver,
  type L2Leases,
  type L2Write,
  type LeaseReply,
  type LeaseTerms,
  SEEN_BYTES,
  type WakeListener,
} from './l2-driver.ts'
import { MemoryStore, memoryStore } from './memory-store.ts'

export interface MemoryDriverOptions {
  /** Shared by all drivers that are given the same. @default memoryStore() */
  readonly store?: MemoryStore
}

/** L2 in this process: for tests, and for a site that runs as one process. Throws `option-invalid`. */
export function memoryDriver(options: MemoryDriverOptions = {}): L2Driver {
  if (options instanceof MemoryStore) {
    throw new ThermoclineError(
      'option-invalid',
      '`memoryDriver` was given a store for its options. Give `{ store }`.',
    )
  }
  refuseUnknownOptions('`memoryDriver`', options, ['store'])
  const { store = memoryStore() } = options
  if (!(store instanceof MemoryStore)) {
    throw new ThermoclineError(
      'option-invalid',
      `\`store\` is ${describeValue(store)}. Give one that \`memoryStore()\` made.`,
    )
  }
  return new MemoryDriver(store)
}

class MemoryDriver implements L2Driver {
  readonly name = 'memory'
  readonly isReady = true
  readonly maxKeyBytes = 1_024
  readonly maxValueBytes: number
  readonly leases: MemoryLeases
  readonly #store: MemoryStore

  constructor(store: MemoryStore) {
    this.#store = store
    this.maxValueBytes = store.maxBytes
    this.leases = new MemoryLeases(store)
  }

  get(key: string): Promise<Buffer | undefined> {
    return Promise.resolve(this.#store.get(key))
  }

  getMany(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]> {
    return Promise.resolve(keys.map((key) => this.#store.get(key)))
  }

  set(write: L2Write): Promise<void> {
    return this.setMany([write])
  }

  setMany(writes: readonly L2Write[]): Promise<void> {
    for (const { key, bytes, ttlMs } of writes) this.#store.set(key, bytes, ttlMs)
    return Promise.resolve()
  }

  touch(key: string, ttlMs: number): Promise<void> {
    const bytes = this.#store.get(key)
    if (bytes !== undefined) this.#store.set(key, bytes, ttlMs)
    return Promise.resolve()
  }

  delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#store.delete(key)
    return Promise.resolve()
  }

  deletePrefix(prefix: string): Promise<void> {
    this.#store.deletePrefix(prefix)
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.leases.close()
    return Promise.resolve()
  }
}

class MemoryLeases implements L2Leases {
  readonly #store: MemoryStore
  #unlisten: (() => void)[] = []

  constructor(store: MemoryStore) {
    this.#store = store
  }

  get isListening(): boolean {
    return this.#unlisten.length > 0
  }

  getOrLease(
    key: string,
    token: string,
    ttlMs: number,
    { stealFrom, seen }: LeaseTerms = {},
  ): Promise<LeaseReply> {
    const bytes = this.#store.get(key)
    if (bytes !== undefined && !isSeen(bytes, seen)) return Promise.resolve({ kind: 'value', bytes })
    const holder = this.#store.holderOf(key)
    if (holder !== undefined && holder.token !== token && holder.token !== stealFrom) {
      return Promise.resolve({ kind: 'held', ...holder })
    }
    this.#store.lease(key, token, ttlMs)
    return Promise.resolve({ kind: 'leased' })
  }

  renew(key: string, token: string, ttlMs: number): Promise<boolean> {
    const isOurs = this.#store.holderOf(key)?.token === token
    if (isOurs) this.#store.lease(key, token, ttlMs)
    return Promise.resolve(isOurs)
  }

  release(key: string, token: string, outcome: string, write?: L2Write): Promise<boolean> {
    const isOurs = this.#store.holderOf(key)?.token === token
    if (isOurs) {
      if (write) this.#store.set(write.key, write.bytes, write.ttlMs)
      this.#store.release(key, outcome)
    }
    return Promise.resolve(isOurs)
  }

  listen(listener: WakeListener): void {
    this.#unlisten.push(this.#store.listen(listener))
  }

  close(): void {
    for (const unlisten of this.#unlisten) unlisten()
    this.#unlisten = []
  }
}

function isSeen(bytes: Buffer, seen: Buffer | undefined): boolean {
  return seen !== undefined && bytes.subarray(0, SEEN_BYTES).equals(seen.subarray(0, SEEN_BYTES))
}
