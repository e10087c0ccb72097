import { LRUCache } from 'lru-cache'
import type { Fences } from './fences.ts'

/** One value as L1 holds it. Times are ms of the cache's clock. */
export interface MemoryEntry {
  readonly value: unknown
  readonly groups: readonly string[]
  /** This process's count of invalidations when the value's load began. */
  readonly since: number
  readonly loadedAtMs: number
  readonly expiresAtMs: number
  /** The revision of the fences at which it was last found sound. */
  checkedRevision: number
}

/** How a lookup ended: an entry, or why there is none. */
export type MemoryLookup = MemoryEntry | 'absent' | 'stale'

/** The in-process tier: least recently used entries leave first; bounded in entries and in bytes. */
export class MemoryTier {
  readonly #entries: LRUCache<string, MemoryEntry>
  readonly #fences: Fences

  constructor(options: { maxEntries: number; maxBytes: number; fences: Fences }) {
    this.#entries = new LRUCache({ max: options.maxEntries, maxSize: options.maxBytes })
    this.#fences = options.fences
  }

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#entries.calculatedSize
  }

  lookup(key: string, nowMs: number): MemoryLookup {
    const entry = this.#entries.get(key)
    if (entry === undefined) return 'absent'
    if (nowMs >= entry.expiresAtMs || !this.#isSound(key, entry)) {
      this.#entries.delete(key)
      return 'stale'
    }
    return entry
  }

  /** Keeps a value unless it was invalidated while it was on its way. */
  store(key: string, entry: Omit<MemoryEntry, 'checkedRevision'>, bytes: number): boolean {
    if (this.#fences.covers(key, entry.groups, entry.since)) return false
    // A slow load must not take the place of one that began after it.
    if ((this.#entries.peek(key)?.since ?? 0) > entry.since) return false
    const { value, groups, since, loadedAtMs, expiresAtMs } = entry
    const { revision: checkedRevision } = this.#fences
    // Field by field: objects that were spread share no shape, and each read of one takes four times as long.
    this.#entries.set(
      key,
      { value, groups, since, loadedAtMs, expiresAtMs, checkedRevision },
      { size: bytes + key.length * 2 },
    )
    return true
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }

  #isSound(key: string, entry: MemoryEntry): boolean {
    if (entry.checkedRevision === this.#fences.revision) return true
    if (this.#fences.covers(key, entry.groups, entry.since)) return false
    entry.checkedRevision = this.#fences.revision
    return true
  }
}
