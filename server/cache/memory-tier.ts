import type { Fences } from './fences.ts'
import { HeldEntry, type MemoryEntry } from './held-entry.ts'
import { TwoQueues } from './two-queues.ts'

export type { MemoryEntry } from './held-entry.ts'

/** The in-process tier, bounded in entries and in bytes: what was read once leaves before what is read again and again. */
export class MemoryTier {
  readonly #entries: TwoQueues<HeldEntry>
  readonly #fences: Fences

  constructor(options: {
    maxEntries: number
    maxBytes: number
    fences: Fences
    onEvict: (entry: MemoryEntry, bytes: number) => void
  }) {
    this.#entries = new TwoQueues<HeldEntry>({
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

  /** What is held under a key and has not been invalidated, however old it is; what was expired is past its lifetime. */
  find(key: string): HeldEntry | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.checkedRevision === this.#fences.revision) return entry
    if (this.#fences.covers(key, entry.groups, entry.since)) {
      this.#entries.delete(key)
      return undefined
    }
    const expiredAtMs = this.#fences.expiredAtMs(key, entry.groups, entry.since)
    if (expiredAtMs !== undefined) entry.expire(expiredAtMs)
    entry.checkedRevision = this.#fences.revision
    return entry
  }

  /** Keeps a value unless it was invalidated while it was on its way. */
  store(key: string, entry: MemoryEntry): boolean {
    if (this.#fences.overtakes(key, entry.groups, entry.since)) return false
    // A slow load must not take the place of one that began after it.
    if ((this.#entries.peek(key)?.since ?? 0) > entry.since) return false
    return this.#entries.set(key, new HeldEntry(entry, this.#fences.revision))
  }

  clear(): void {
    this.#entries.clear()
  }
}

function sizeOf({ bytes }: MemoryEntry, key: string): number {
  return bytes + key.length * 2
}
