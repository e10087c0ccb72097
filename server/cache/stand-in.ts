import type { CacheParts } from './cache-parts.ts'
import type { EntryRules } from './entry-rules.ts'
import type { MemoryEntry } from './memory-tier.ts'

/** Why a value past its lifetime is given: it is being renewed, that failed, or it takes too long. */
export type StandInReason = 'revalidating' | 'error' | 'slow'

/** The best value past its lifetime that there is for a key, and for how long it may be given in place of a new one. */
export class StandIn {
  readonly #parts: CacheParts
  readonly #key: string
  readonly #rules: EntryRules<never>
  #entry: MemoryEntry | undefined

  constructor(parts: CacheParts, key: string, rules: EntryRules<never>, held: MemoryEntry | undefined) {
    this.#parts = parts
    this.#key = key
    this.#rules = rules
    this.#entry = held
  }

  get entry(): MemoryEntry | undefined {
    return this.#entry
  }

  /** Takes what outlives the one there is. */
  consider(found: MemoryEntry): void {
    if (found.freshUntilMs > (this.#entry?.freshUntilMs ?? Number.NEGATIVE_INFINITY)) this.#entry = found
  }

  /** The value, if it may be given now for that reason, or for any. */
  usable(reason?: StandInReason): MemoryEntry | undefined {
    const entry = this.#entry
    return entry !== undefined && this.isGood(entry, this.windowMs(reason)) ? entry : undefined
  }

  /** How far past its lifetime a value may be given. */
  windowMs(reason?: StandInReason): number {
    const { staleIfErrorMs, staleWhileRevalidateMs } = this.#rules
    if (reason === 'revalidating') return staleWhileRevalidateMs
    return reason === 'error' ? staleIfErrorMs : Math.max(staleIfErrorMs, staleWhileRevalidateMs)
  }

  /** Never what was invalidated or can't be trusted any more. */
  isGood({ freshUntilMs, idleUntilMs, loadedAtMs, groups, since }: MemoryEntry, windowMs: number): boolean {
    const { coherence, monotonicNow } = this.#parts
    const nowMs = monotonicNow()
    if (nowMs >= freshUntilMs + windowMs || nowMs >= idleUntilMs) return false
    return coherence.trustsL1(loadedAtMs, nowMs) && !coherence.local.covers(this.#key, groups, since)
  }
}
