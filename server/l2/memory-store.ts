import { LRUCache } from 'lru-cache'
import { refuseUnknownOptions, ThermoclineError, describeValue } from '../../policy/index.ts'
import type { WakeListener } from './l2-driver.ts'

export interface MemoryStoreOptions {
  /** Bytes of keys and values; what was used least recently leaves first. @default 67108864 (64 MiB) */
  readonly maxBytes?: number
  /** Milliseconds since any moment. @default Date.now */
  readonly now?: () => number
}

interface StoredValue {
  readonly bytes: Buffer
  readonly expiresAtMs: number
}

interface StoredLease {
  readonly token: string
  readonly expiresAtMs: number
}

const DEFAULT_MAX_BYTES = 67_108_864
const FEWEST_TO_SWEEP = 1_000

/** What memory drivers keep, so that several of them can share it as processes share a Redis. Throws `option-invalid`. */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  refuseUnknownOptions('`memoryStore`', options, ['maxBytes', 'now'])
  return new MemoryStore(options)
}

/** Bytes under keys, and leases, in this process. */
export class MemoryStore {
  readonly maxBytes: number
  readonly #now: () => number
  readonly #values: LRUCache<string, StoredValue>
  readonly #leases = new Map<string, StoredLease>()
  readonly #listeners = new Set<WakeListener>()
  #sweepAt = FEWEST_TO_SWEEP

  constructor({ maxBytes = DEFAULT_MAX_BYTES, now = Date.now }: MemoryStoreOptions) {
    if (!Number.isSafeInteger(maxBytes) || maxBytes < 1) {
      throw new ThermoclineError(
        'option-invalid',
        `\`maxBytes\` is ${describeValue(maxBytes)}. Give a whole number of bytes, 1 or more.`,
      )
    }
    this.maxBytes = maxBytes
    this.#now = now
    this.#values = new LRUCache({ maxSize: maxBytes })
  }

  /** How many leases it remembers, expired ones among them. */
  get leases(): number {
    return this.#leases.size
  }

  get(key: string): Buffer | undefined {
    const stored = this.#values.get(key)
    if (stored === undefined) return undefined
    // A copy, as a wire would make one: who gets it may write to it.
    if (stored.expiresAtMs > this.#now()) return Buffer.from(stored.bytes)
    this.#values.delete(key)
    return undefined
  }

  set(key: string, bytes: string | Buffer, ttlMs: number): void {
    const copy = Buffer.from(bytes as string)
    const size = copy.length + Buffer.byteLength(key) + 1
    this.#values.set(key, { bytes: copy, expiresAtMs: this.#now() + ttlMs }, { size })
  }

  delete(key: string): void {
    this.#values.delete(key)
  }

  deletePrefix(prefix: string): void {
    const found = Array.from(this.#values.keys()).filter((key) => key.startsWith(prefix))
    for (const key of found) this.#values.delete(key)
    for (const key of this.#leases.keys()) if (key.startsWith(prefix)) this.#leases.delete(key)
  }

  /** Who holds the lease of a key, and for how many ms. */
  holderOf(key: string): { readonly token: string; readonly leftMs: number } | undefined {
    const lease = this.#leases.get(key)
    const leftMs = (lease?.expiresAtMs ?? 0) - this.#now()
    return lease === undefined || leftMs <= 0 ? undefined : { token: lease.token, leftMs }
  }

  lease(key: string, token: string, ttlMs: number): void {
    if (this.#leases.size >= this.#sweepAt) this.#sweep()
    this.#leases.set(key, { token, expiresAtMs: this.#now() + ttlMs })
  }

  /** Ends a lease, and tells of it after the caller has gone on, as a network would. */
  release(key: string, outcome: string): void {
    this.#leases.delete(key)
    for (const listener of this.#listeners) queueMicrotask(() => listener(key, outcome))
  }

  listen(listener: WakeListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Leases of loaders that never came back. Each time as many again have come, so that it costs little a lease. */
  #sweep(): void {
    const now = this.#now()
    for (const [key, lease] of this.#leases) if (lease.expiresAtMs <= now) this.#leases.delete(key)
    this.#sweepAt = Math.max(FEWEST_TO_SWEEP, this.#leases.size * 2)
  }
}
