import type { PolicyCounters } from './cache-stats.ts'
import type { Fences } from './fences.ts'
import { TwoQueues } from './two-queues.ts'

/** One value as L1 holds it. Times are ms of this process's own clock. */
export interface MemoryEntry {
  readonly value: unknown
  readonly groups: readonly string[]
  /** Roughly what the value takes. */
  bytes: number
  /** This process's count of invalidations when the value's load began. */
  readonly since: number
  /** As of when the value is known to be good: what `maxLagMs` counts from. */
  readonly loadedAtMs: number
  /** Until when L1 answers without a second thought. */
  quietUntilMs: number
  /** The end of its lifetime in L1. */
  readonly l1UntilMs: number
  /** The end of its lifetime altogether: what stale windows count from. */
  readonly freshUntilMs: number
  /** Until when it lives unless somebody reads it. */
  idleUntilMs: number
  /** By how much a read prolongs that; 0: it does not slide. */
  readonly slidingMs: number
  /** From when on L2 is to hear of a read. */
  touchDueMs: number
  /** Whom its hits count for. */
  readonly counters: PolicyCounters
  /** The revision of the fences at which it was last found sound. */
  checkedRevision: number
}

/** The in-process tier, bounded in entries and in bytes: what was read once leaves before what is read again and again. */
export class MemoryTier {
  readonly #entries: TwoQueues<MemoryEntry>
  readonly #fences: Fences

  constructor(options: {
    maxEntries: number
    maxBytes: number
    fences: Fences
    onEvict: (entry: MemoryEntry, bytes: number) => void
  }) {
    this.#entries = new TwoQueues({
      maxEntries: options.maxEntries,
      maxBytes: options.maxBytes,
      bytesOf: sizeOf,
      onEvict: (entry, key) => options.onEvict(entry, sizeOf(entry, key)),
    })
    this.#fences = options.fences
  }

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#entries.bytes
  }

  /** What is held under a key and has not been invalidated, however old it is. */
  find(key: string): MemoryEntry | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.checkedRevision === this.#fences.revision) return entry
    if (this.#fences.covers(key, entry.groups, entry.since)) {
      this.#entries.delete(key)
      return undefined
    }
    entry.checkedRevision = this.#fences.revision
    return entry
  }

  /** Keeps a value unless it was invalidated while it was on its way. */
  store(key: string, entry: MemoryEntry): boolean {
    if (this.#fences.covers(key, entry.groups, entry.since)) return false
    // A slow load must not take the place of one that began after it.
    if ((this.#entries.peek(key)?.since ?? 0) > entry.since) return false
    entry.checkedRevision = this.#fences.revision
    return this.#entries.set(key, entry)
  }

  clear(): void {
    this.#entries.clear()
  }
}

function sizeOf({ bytes }: MemoryEntry, key: string): number {
  return bytes + key.length * 2
}
