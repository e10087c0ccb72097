import type { PolicyCounters } from './cache-stats.ts'

/** One value as L1 takes and gives it. Times are ms of this process's own clock. */
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
  /** The end of its lifetime in L1, unless it is expired before. */
  readonly l1UntilMs: number
  /** The end of its lifetime altogether: what stale windows count from. Before `l1UntilMs` only where it was expired. */
  freshUntilMs: number
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

const NO_GROUPS: readonly string[] = Object.freeze([])
/** The least number that takes no object of its own in V8. */
const LEAST_MS = -(2 ** 31)

/**
 * An entry in L1, as small as it goes: there may be a million. Times are whole, since a fraction costs an object each, and
 * never later than they were given; what only entries that slide need is there for those alone.
 */
export class HeldEntry implements MemoryEntry {
  readonly value: unknown
  readonly groups: readonly string[]
  readonly bytes: number
  readonly since: number
  readonly loadedAtMs: number
  quietUntilMs: number
  readonly l1UntilMs: number
  /** As it was given: what L2 says of the same value is compared with it. */
  freshUntilMs: number
  readonly counters: PolicyCounters
  checkedRevision: number
  readonly #sliding: { readonly ms: number; idleUntilMs: number; touchDueMs: number } | undefined
  #answer: Promise<unknown> | undefined

  constructor(entry: MemoryEntry, checkedRevision: number) {
    const { groups, slidingMs, idleUntilMs, touchDueMs } = entry
    this.value = entry.value
    this.groups = groups.length === 0 ? NO_GROUPS : groups
    this.bytes = entry.bytes
    this.since = entry.since
    this.loadedAtMs = whole(entry.loadedAtMs)
    this.quietUntilMs = whole(entry.quietUntilMs)
    this.l1UntilMs = whole(entry.l1UntilMs)
    this.freshUntilMs = entry.freshUntilMs
    this.counters = entry.counters
    this.checkedRevision = checkedRevision
    this.#sliding = slidingMs > 0 ? { ms: slidingMs, idleUntilMs, touchDueMs } : undefined
    this.#answer = undefined
  }

  /** Its lifetime ended then, if it had not before. */
  expire(atMs: number): void {
    this.quietUntilMs = Math.min(this.quietUntilMs, whole(atMs))
    this.freshUntilMs = Math.min(this.freshUntilMs, whole(atMs))
  }

  /** The value as a promise, the same for all: making one takes as long as all else about a hit. */
  get answer(): Promise<unknown> {
    return (this.#answer ??= Promise.resolve(this.value))
  }

  get slidingMs(): number {
    return this.#sliding?.ms ?? 0
  }

  get idleUntilMs(): number {
    return this.#sliding?.idleUntilMs ?? Number.POSITIVE_INFINITY
  }

  set idleUntilMs(ms: number) {
    if (this.#sliding !== undefined) this.#sliding.idleUntilMs = ms
  }

  get touchDueMs(): number {
    return this.#sliding?.touchDueMs ?? Number.NEGATIVE_INFINITY
  }

  set touchDueMs(ms: number) {
    if (this.#sliding !== undefined) this.#sliding.touchDueMs = ms
  }
}

function whole(ms: number): number {
  return Math.max(LEAST_MS, Math.floor(ms))
}
