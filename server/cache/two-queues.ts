import { LRUCache } from 'lru-cache'
import { RecentKeys } from './recent-keys.ts'

// Measured with `npm run bench -- eviction`: half as much or twice as much changes little.
const NEW_SHARE = 0.1

export interface TwoQueuesOptions<V> {
  readonly maxEntries: number
  readonly maxBytes: number
  /** What an entry takes, in whole bytes above 0. */
  readonly bytesOf: (value: V, key: string) => number
  /** Told of what is let go of for want of room. */
  readonly onEvict?: ((value: V, key: string) => void) | undefined
}

/**
 * Entries under text keys, bounded in number and in bytes. New ones stand in a short queue of their own, and move to the
 * long one when they are read again there, or come back soon after they left it; so a scan pushes out other new ones, and
 * not what is read every day. Least recently used ones leave first, in either queue. (Johnson and Shasha, "2Q: A Low Overhead
 * High Performance Buffer Management Replacement Algorithm", VLDB 1994, with moves at the first hit.)
 */
export class TwoQueues<V extends object> {
  readonly #options: TwoQueuesOptions<V>
  /** Read at least twice. */
  readonly #known: LRUCache<string, V>
  /** Read once so far. Takes all the room as long as nobody else wants it. */
  readonly #new: LRUCache<string, V>
  readonly #left: RecentKeys
  readonly #newBytes: number
  readonly #newEntries: number

  constructor(options: TwoQueuesOptions<V>) {
    const { maxEntries, maxBytes, bytesOf: sizeCalculation, onEvict } = options
    this.#options = options
    this.#left = new RecentKeys(maxEntries)
    this.#newBytes = maxBytes * NEW_SHARE
    this.#newEntries = Math.max(1, Math.floor(maxEntries * NEW_SHARE))
    // Their own limits are never reached: `#makeRoom` keeps both together within one.
    this.#known = new LRUCache({
      max: maxEntries,
      maxSize: maxBytes,
      sizeCalculation,
      dispose: (value, key, reason) => {
        if (reason === 'evict') onEvict?.(value, key)
      },
    })
    // No `max`: it would set memory aside for as many again.
    this.#new = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation,
      dispose: (value, key, reason) => {
        if (reason !== 'evict') return
        this.#left.add(key)
        onEvict?.(value, key)
      },
    })
  }

  get size(): number {
    return this.#known.size + this.#new.size
  }

  get bytes(): number {
    return this.#known.calculatedSize + this.#new.calculatedSize
  }

  /** Counts as a read. */
  get(key: string): V | undefined {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const value = this.#new.peek(key)
    if (value === undefined) return undefined
    this.#new.delete(key)
    this.#known.set(key, value)
    return value
  }

  /** Does not count as a read. */
  peek(key: string): V | undefined {
    return this.#known.peek(key) ?? this.#new.peek(key)
  }

  has(key: string): boolean {
    return this.#known.has(key) || this.#new.has(key)
  }

  /** Keeps a value; `false` where it alone takes more than all the room there is. What was under the key is gone either way. */
  set(key: string, value: V): boolean {
    const wasKnown = this.#known.delete(key)
    this.#new.delete(key)
    const bytes = this.#options.bytesOf(value, key)
    if (bytes > this.#options.maxBytes) return false
    this.#makeRoom(bytes)
    const queue = wasKnown || this.#left.has(key, this.size) ? this.#known : this.#new
    queue.set(key, value)
    return true
  }

  delete(key: string): boolean {
    return this.#known.delete(key) || this.#new.delete(key)
  }

  clear(): void {
    this.#known.clear()
    this.#new.clear()
    this.#left.clear()
  }

  #makeRoom(bytes: number): void {
    const { maxBytes, maxEntries } = this.#options
    while (this.size > 0 && (this.bytes + bytes > maxBytes || this.size >= maxEntries)) {
      const isOverShare = this.#new.calculatedSize > this.#newBytes || this.#new.size >= this.#newEntries
      const from = this.#known.size === 0 || (isOverShare && this.#new.size > 0) ? this.#new : this.#known
      from.pop()
    }
  }
}
