import { setTimeout as sleep } from 'node:timers/promises'
import type { CompleteInvalidation } from '../log/invalidation.ts'
import type { InvalidationLog } from '../log/invalidation-log.ts'
import type { LogPage, NumberedInvalidation } from '../log/log-page.ts'
import type { RedisClusterLike, RedisLike } from '../redis-like.ts'

/** Whoever follows the log without holding what this process holds: an open page, an edge. */
export interface FeedFollower {
  /** In the log's order, each once. */
  invalidated(entry: NumberedInvalidation): void
  /** Some may have been missed: nothing that is held counts as current. `seq` is where to read on. */
  reset(seq: number): void
}

/** Where a cache's processes meet. */
export interface FeedSite {
  readonly namespace: string
  /** `undefined`: there is one process. */
  readonly redis: RedisLike | RedisClusterLike | undefined
}

const MOST_KEPT = 10_000
/** A few bulk writes must not take more room than ten thousand single ones. */
const MOST_NAMES = 50_000
/** How long a process that is cut off from the log uses what it has just loaded. Nobody knows of it, so those outside are told after that. */
const CUT_OFF_MS = 100
const ALONE: FeedSite = { namespace: 'thermocline', redis: undefined }

/**
 * The log for those who are outside: read once by the process, told to however many follow. It keeps the latest entries, so that
 * most who come back are caught up from memory. Entries that name nothing which leaves the process (keys, key prefixes) are not
 * in it.
 */
export class InvalidationFeed {
  /** What others need to work for all processes together. */
  readonly site: FeedSite
  readonly #log: InvalidationLog
  readonly #mostKept: number
  readonly #maxLagMs: number
  readonly #followers = new Set<FeedFollower>()
  #kept: NumberedInvalidation[] = []
  /** From here on nothing is missing among what is kept. */
  #start = 0
  #seq = 0
  /** How many names are kept. */
  #names = 0
  /** Those who come from the same place at once read the log once. */
  readonly #reading = new Map<number, Promise<LogPage | undefined>>()

  constructor(log: InvalidationLog, { mostKept = MOST_KEPT, site = ALONE, maxLagMs = 2_000 } = {}) {
    this.site = site
    this.#maxLagMs = maxLagMs
    this.#log = log
    this.#mostKept = mostKept
  }

  /** The number of the last entry that has been read. */
  get seq(): number {
    return this.#seq
  }

  /** Whether what the log says is known here up to its end. */
  get isCaughtUp(): boolean {
    return this.#log.isCaughtUp
  }

  /** Whether no other process shares the log. */
  get isAlone(): boolean {
    return this.#log.life !== ''
  }

  /**
   * Resolves when no process answers any more with what was invalidated up to `seq`: every living one has let go of it, or 3 s have passed
   * (a quarter more than `maxLagMs`, where that is longer), by which one that does not report trusts nothing that it held before;
   * and one that nobody knows of, since it has been cut off for longer, has used up what it had just loaded. Never rejects.
   */
  async passedByFleet(seq: number): Promise<void> {
    if (this.isAlone) return
    // A process counts for as long as it may trust what it holds, and a quarter; a little more for it to be struck off.
    const timeoutMs = Math.max(3_000, this.#maxLagMs * 1.25 + 500)
    await Promise.all([this.#log.passedBy(seq, timeoutMs), sleep(CUT_OFF_MS)])
  }

  /** For how many ms this process may use what it has loaded while it is cut off from the log for longer than `maxLagMs`. */
  get cutOffTrustMs(): number {
    return this.#followers.size > 0 ? Math.min(CUT_OFF_MS, this.#maxLagMs) : this.#maxLagMs
  }

  /** How many follow. */
  get followers(): number {
    return this.#followers.size
  }

  /** A sequence number as those outside keep it: in every process the same, and never taken for another log's. */
  cursorOf(seq: number): string {
    return this.#log.life === '' ? String(seq) : `${seq}-${this.#log.life}`
  }

  /** The reverse; `undefined` for what is no cursor of this log. */
  parseCursor(text: string): number | undefined {
    const [, digits, life = ''] = /^(\d{1,16})(?:-(.*))?$/.exec(text) ?? []
    const seq = Number(digits)
    return Number.isSafeInteger(seq) && life === this.#log.life ? seq : undefined
  }

  /** Calls back for each entry from now on, until what it returns is called. */
  follow(follower: FeedFollower): () => void {
    this.#followers.add(follower)
    return () => void this.#followers.delete(follower)
  }

  /**
   * What followed a sequence number; `undefined` where that can't be told any more, and all that is held must be let go of.
   * Rejects where only the log itself knows and it can't be reached.
   */
  async since(seq: number): Promise<LogPage | undefined> {
    if (seq >= this.#start) {
      const entries = this.#kept.slice(firstAfter(this.#kept, seq))
      return { entries, cursor: Math.max(seq, this.#seq), isEnd: true }
    }
    const reading = this.#reading.get(seq) ?? this.#log.since(seq).finally(() => this.#reading.delete(seq))
    this.#reading.set(seq, reading)
    const page = await reading
    if (page === undefined || page.entries.some(({ invalidation }) => isEverything(invalidation))) {
      return undefined
    }
    return { ...page, entries: page.entries.filter(({ invalidation }) => concernsOthers(invalidation)) }
  }

  /** Called by the log. */
  invalidated(invalidation: CompleteInvalidation, seq: number): void {
    if (isEverything(invalidation)) {
      this.reset(seq)
      return
    }
    this.#seq = seq
    if (!concernsOthers(invalidation)) return
    const entry = { seq, invalidation }
    this.#kept.push(entry)
    this.#names += countNames(entry)
    if (this.#kept.length > this.#mostKept * 1.5) this.#forget(this.#kept.length - this.#mostKept)
    while (this.#names > MOST_NAMES * 1.5 && this.#kept.length > 1)
      this.#forget(Math.ceil(this.#kept.length / 3))
    for (const follower of this.#followers) follower.invalidated(entry)
  }

  /** Called by the log. */
  reset(seq: number): void {
    this.#kept = []
    this.#names = 0
    this.#start = seq
    this.#seq = seq
    for (const follower of this.#followers) follower.reset(seq)
  }

  #forget(count: number): void {
    const forgotten = this.#kept.splice(0, count)
    for (const entry of forgotten) this.#names -= countNames(entry)
    this.#start = forgotten.at(-1)?.seq ?? this.#start
  }
}

function countNames({ invalidation }: NumberedInvalidation): number {
  return invalidation.groups.length + (invalidation.urls?.length ?? 0)
}

function isEverything({ prefixes }: CompleteInvalidation): boolean {
  return prefixes.includes('')
}

/** Keys and their prefixes are this application's own affair. */
function concernsOthers({ groups, urls = [] }: CompleteInvalidation): boolean {
  return groups.length + urls.length > 0
}

/** By halves: those who come back are near the end of a long list. */
function firstAfter(entries: readonly NumberedInvalidation[], seq: number): number {
  let [low, high] = [0, entries.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((entries[middle]?.seq ?? 0) > seq) high = middle
    else low = middle + 1
  }
  return low
}
