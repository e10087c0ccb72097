import type { CacheParts } from './cache-parts.ts'
import type { MemoryEntry } from './memory-tier.ts'

/** Why a value past its lifetime is given: it is being renewed, that failed, or it takes too long. */
export type StandInReason = 'revalidating' | 'error' | 'slow'

/** What a caller allows, in ms; `EntryRules` say it. */
export interface StaleTerms {
  readonly staleWhileRevalidateMs: number
  readonly staleIfErrorMs: number
  readonly softTimeoutMs: number
}

/** A value past its lifetime that a caller is given in place of a new one. */
export interface StaleValue {
  readonly entry: MemoryEntry
  readonly tier: 'l1' | 'l2'
  readonly reason: StandInReason
}

/** What a look at both tiers came to. */
export interface FoundEntry<T> {
  readonly value: T
  /** Set where it was expired: for how many ms it has been. */
  readonly expiredForMs?: number
}

/** The best value past its lifetime that there is for a key, and for how long it may be given in place of a new one. */
export class StandIn {
  readonly #parts: CacheParts
  readonly #key: string
  #entry: MemoryEntry | undefined
  #tier: 'l1' | 'l2' = 'l1'

  constructor(parts: CacheParts, key: string, held: MemoryEntry | undefined) {
    this.#parts = parts
    this.#key = key
    this.#entry = held
  }

  get entry(): MemoryEntry | undefined {
    return this.#entry
  }

  /** Takes what outlives the one there is. */
  consider(found: MemoryEntry, tier: 'l1' | 'l2'): void {
    if (found.freshUntilMs <= (this.#entry?.freshUntilMs ?? Number.NEGATIVE_INFINITY)) return
    this.#entry = found
    this.#tier = tier
  }

  /** The value, if who asks on those terms may be given it now for that reason. */
  usable(reason: StandInReason, terms: StaleTerms): StaleValue | undefined {
    const entry = this.#entry
    if (entry === undefined || !this.isGood(entry, windowMs(reason, terms))) return undefined
    return { entry, tier: this.#tier, reason }
  }

  /** Never what was deleted or can't be trusted any more. */
  isGood(entry: MemoryEntry, window: number): boolean {
    const { coherence, monotonicNow } = this.#parts
    const { idleUntilMs, loadedAtMs } = entry
    const nowMs = monotonicNow()
    if (nowMs >= idleUntilMs || nowMs >= this.#endOf(entry) + window) return false
    return coherence.trustsL1(loadedAtMs, nowMs) && !this.isOvertaken(entry)
  }

  /** Whether it has been deleted in this process. */
  isOvertaken({ groups, since }: MemoryEntry): boolean {
    return this.#parts.coherence.local.covers(this.#key, groups, since)
  }

  /** What only its having been expired has put past its lifetime, and for how many ms. */
  expired<T>(): FoundEntry<T> | undefined {
    const entry = this.#entry
    const nowMs = this.#parts.monotonicNow()
    if (entry === undefined || nowMs >= entry.l1UntilMs) return undefined
    const expiredForMs = nowMs - this.#endOf(entry)
    if (expiredForMs < 0 || !this.isGood(entry, Number.POSITIVE_INFINITY)) return undefined
    return { value: entry.value as T, expiredForMs }
  }

  /** The end of its lifetime: an expiry may have come since it was found. */
  #endOf({ groups, since, freshUntilMs }: MemoryEntry): number {
    const expiredAtMs = this.#parts.coherence.local.expiredAtMs(this.#key, groups, since)
    return Math.min(freshUntilMs, expiredAtMs ?? Number.POSITIVE_INFINITY)
  }

  /** What a load brings; where it fails or dawdles, a stale value that may stand in. Rejects as the load does. */
  async orLoaded<T>(
    loading: Promise<T>,
    terms: StaleTerms,
  ): Promise<{ readonly value: T } | { readonly stale: StaleValue }> {
    const stale = this.usable('revalidating', terms) ?? (await this.#whenSlow(loading, terms))
    if (stale !== undefined) return { stale }
    try {
      return { value: await loading }
    } catch (error) {
      const instead = this.usable('error', terms)
      if (instead === undefined) throw error
      return { stale: instead }
    }
  }

  async #whenSlow(loading: Promise<unknown>, terms: StaleTerms): Promise<StaleValue | undefined> {
    const { softTimeoutMs } = terms
    if (softTimeoutMs === 0 || this.usable('slow', terms) === undefined) return undefined
    let timer: NodeJS.Timeout | undefined
    const isSlow = new Promise<true>((resolve) => {
      timer = setTimeout(() => resolve(true), softTimeoutMs)
    })
    const isDone = loading.then(
      () => false,
      () => false,
    )
    // Invalidated while the load was waited for, it is no better than nothing.
    if (await Promise.race([isSlow, isDone])) return this.usable('slow', terms)
    clearTimeout(timer)
    return undefined
  }
}

/** How far past its lifetime a value may be given. */
function windowMs(reason: StandInReason, { staleIfErrorMs, staleWhileRevalidateMs }: StaleTerms): number {
  if (reason === 'revalidating') return staleWhileRevalidateMs
  return reason === 'error' ? staleIfErrorMs : Math.max(staleIfErrorMs, staleWhileRevalidateMs)
}
