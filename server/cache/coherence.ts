import type { CompleteInvalidation } from '../log/invalidation.ts'
import type { InvalidationLog, LogListener } from '../log/invalidation-log.ts'
import type { CacheEvent } from './cache-event.ts'
import type { LoadStart } from './cache-parts.ts'
import { Fences } from './fences.ts'
import { PendingInvalidations } from './pending-invalidations.ts'

const REPLAY_MS = 100
const MOST_REPLAY_MS = 2_000

export interface CoherenceOptions {
  readonly log: InvalidationLog
  readonly maxLagMs: number
  /** For how many ms after it was loaded an L1 entry may be used while the log is silent for longer than `maxLagMs`. */
  readonly cutOffTrustMs: () => number
  readonly onEvent: (event: CacheEvent) => void
  /** Milliseconds that never run back. */
  readonly now: () => number
  /** Removes values from L2; a courtesy, since fences keep them from being used. */
  readonly drop: (keys: readonly string[]) => void
}

export interface CarryOptions {
  /** Whether the fleet is to report how far it is. @default false */
  readonly isAwaited?: boolean
  /** Told of what else takes effect here while the log has not answered; `seq` is its number there, where it has one already. */
  readonly onOther?: (invalidation: CompleteInvalidation, seq: number | undefined) => void
}

/** Where an invalidation stands. */
export interface Carried {
  /** Whether the log has it. */
  readonly isAcknowledged: boolean
  /** Its number in the log. */
  readonly seq: number
  /** The tick at which it last took effect here. */
  readonly tick: number
}

/**
 * What this process knows of invalidations, by two counters. `ticks` counts those it has carried out itself and orders
 * L1; the log's sequence numbers order L2. Two, because L1 must let go at once, also while Redis is away and gives out
 * no numbers, and because only the log's numbers mean the same in every process.
 */
export class Coherence implements LogListener {
  /** Fences for L1, by ticks. */
  readonly local = new Fences()
  /** Fences for L2, by the log's sequence numbers. */
  readonly shared = new Fences()
  tick = 0
  readonly #options: CoherenceOptions
  readonly #pending = new PendingInvalidations()
  /** Appended here and not yet met again in the log. */
  readonly #own = new Set<number>()
  /** Those who wait for the log's answer and want to know what comes in between. */
  readonly #underWay = new Set<NonNullable<CarryOptions['onOther']>>()
  #lastHeard = 0
  #retry: NodeJS.Timeout | undefined
  #retryMs = REPLAY_MS
  #isClosed = false

  constructor(options: CoherenceOptions) {
    this.#options = options
  }

  /** @param listener - who is told what the log says, in place of this, which it then has to hand it on to. */
  start(listener: LogListener = this): void {
    this.#options.log.start(listener)
  }

  /** The sequence number that a value loaded from now on has seen. */
  get head(): number {
    return this.#options.log.head
  }

  /** Where things stand before a load. */
  begin(): LoadStart {
    return { since: this.head, tick: this.tick, beganAtMs: this.#options.now() }
  }

  /** Whether a value of that key and those groups, as it was at `start`, has been invalidated since. */
  hasOvertaken(key: string, groups: readonly string[], { tick, since }: LoadStart): boolean {
    // The log's order counts too: another process's `set` may stand behind ours there, though we heard of it first.
    return this.local.overtakes(key, groups, tick) || this.shared.overtakes(key, groups, since)
  }

  /** Up to when all that the log says is known here, in ms of `now`. */
  get heardAtMs(): number {
    return this.#options.log.heardAtMs
  }

  /** How many names were invalidated here that the log does not know of yet. */
  get pending(): number {
    return this.#pending.size
  }

  /** Whether L2 may be read and written: all that the log says is known here, and the log knows all that was done here. */
  get trustsL2(): boolean {
    const { log, maxLagMs, now } = this.#options
    return log.isCaughtUp && this.#pending.isEmpty && now() <= log.heardAtMs + maxLagMs
  }

  /** Whether an L1 entry may still be used: the last word from the log, or where that is older the entry itself, is young enough. */
  trustsL1(loadedAtMs: number, nowMs: number): boolean {
    const { cutOffTrustMs, log, maxLagMs } = this.#options
    if (nowMs <= log.heardAtMs + maxLagMs) return true
    return nowMs <= loadedAtMs + cutOffTrustMs()
  }

  /** Carries out an invalidation here at once, then tells the log. Resolves with where it stands in both orders. */
  async invalidate(invalidation: CompleteInvalidation, options: CarryOptions = {}): Promise<Carried> {
    this.#tell(invalidation)
    this.#apply(invalidation)
    if (this.#pending.isEmpty) {
      const { onOther, isAwaited } = options
      if (onOther !== undefined) this.#underWay.add(onOther)
      try {
        return await this.#append(invalidation, onOther, isAwaited)
      } catch (error) {
        this.#options.onEvent({ type: 'l2-error', operation: 'invalidate', error })
        if (onOther !== undefined) this.#underWay.delete(onOther)
        // The old value may have come out of L2 while the log did not answer.
        this.#apply(invalidation)
      }
    }
    // Joins the queue: what was asked for earlier must not stand in the log after it.
    this.#pending.add(invalidation)
    this.#scheduleReplay()
    return { isAcknowledged: false, seq: this.head, tick: this.tick }
  }

  invalidated(invalidation: CompleteInvalidation, seq: number): void {
    this.#lastHeard = seq
    this.shared.raise(invalidation, seq, this.#options.now())
    if (this.#own.delete(seq)) return
    this.#apply(invalidation, seq)
    this.#tell(invalidation)
  }

  reset(floor: number): void {
    this.#own.clear()
    this.shared.raiseFloor(floor)
    this.tick += 1
    this.local.raiseFloor(this.tick)
    this.#options.onEvent({ type: 'reset' })
  }

  caughtUp(): void {
    this.#options.onEvent({ type: 'log-caught-up' })
    void this.#replay()
  }

  lost(error: unknown): void {
    this.#options.onEvent({ type: 'log-lost', error })
  }

  /** Tries once more to tell the log what it does not know yet. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#retry)
    await this.#replay()
  }

  #scheduleReplay(): void {
    if (this.#retry !== undefined || this.#isClosed) return
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      void this.#replay()
    }, this.#retryMs).unref()
    this.#retryMs = Math.min(this.#retryMs * 2, MOST_REPLAY_MS)
  }

  async #replay(): Promise<void> {
    const invalidation = this.#pending.replay()
    if (invalidation === undefined) return
    let isAppended = false
    try {
      await this.#append(invalidation)
      isAppended = true
    } catch (error) {
      this.#options.onEvent({ type: 'l2-error', operation: 'replay', error })
    }
    this.#pending.settle(isAppended)
    if (isAppended) this.#retryMs = REPLAY_MS
    if (this.#pending.isEmpty) return
    // What is expired goes after what is deleted, in an entry of its own.
    if (isAppended) await this.#replay()
    else this.#scheduleReplay()
  }

  async #append(
    invalidation: CompleteInvalidation,
    onOther?: CarryOptions['onOther'],
    isAwaited = false,
  ): Promise<Carried> {
    const { log, drop, now } = this.#options
    const seq = await log.append(invalidation, isAwaited)
    // Its echo may have come down the tail before the answer did.
    // While the tail is away no echo comes: then it is carried out twice, which harms nothing.
    if (seq > this.#lastHeard && log.isCaughtUp) this.#own.add(seq)
    this.shared.raise(invalidation, seq, now())
    if (onOther !== undefined) this.#underWay.delete(onOther)
    // Again: an old value may have come out of L2 between the first time and the log's answer.
    this.#apply(invalidation, seq)
    if (invalidation.mode !== 'expire') drop(invalidation.keys)
    return { isAcknowledged: true, seq, tick: this.tick }
  }

  #apply(invalidation: CompleteInvalidation, seq?: number): void {
    this.tick += 1
    this.local.raise(invalidation, this.tick, this.#options.now())
    for (const tell of this.#underWay) tell(invalidation, seq)
  }

  #tell({ keys, groups, prefixes, mode }: CompleteInvalidation): void {
    const isExpiry = mode === 'expire'
    this.#options.onEvent({ type: 'invalidated', keys, groups, prefixes, ...(isExpiry ? { mode } : {}) })
  }
}
