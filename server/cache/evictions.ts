import type { CacheEvent } from './cache-event.ts'
import type { MemoryEntry } from './memory-tier.ts'

const PAUSE_MS = 1_000

/** Counts what leaves L1 to make room, and tells of it now and then: a full L1 lets go of an entry for each that comes. */
export class Evictions {
  readonly #emit: (event: CacheEvent) => void
  readonly #now: () => number
  #count = 0
  #bytes = 0
  #toldAtMs = Number.NEGATIVE_INFINITY

  constructor(emit: (event: CacheEvent) => void, now: () => number) {
    this.#emit = emit
    this.#now = now
  }

  add({ counters }: MemoryEntry, bytes: number): void {
    counters.evictions += 1
    this.#count += 1
    this.#bytes += bytes
    const nowMs = this.#now()
    if (nowMs < this.#toldAtMs + PAUSE_MS) return
    this.#toldAtMs = nowMs
    this.#emit({ type: 'evicted', count: this.#count, bytes: this.#bytes })
    this.#count = 0
    this.#bytes = 0
  }
}
