import type { TierLookup } from '../trace.ts'
import type { CacheParts } from './cache-parts.ts'
import type { PolicyCounters } from './cache-stats.ts'
import type { EntryGroups } from './entry-options.ts'
import type { EntryRules } from './entry-rules.ts'
import type { Joinable } from './joinable.ts'
import { KeyLoad, type Loader } from './key-load.ts'
import type { Lease } from './lease.ts'
import { LoadWatch } from './load-watch.ts'
import type { MemoryEntry } from './memory-tier.ts'
import { StandIn, type StandInReason } from './stand-in.ts'
import { TierEntries } from './tier-entries.ts'

export interface FlightOptions<T> {
  readonly parts: CacheParts
  readonly key: string
  readonly rules: EntryRules<T>
  readonly load: Loader<T>
  /** What L1 has and is past its lifetime, or near the end of it. */
  readonly held: MemoryEntry | undefined
  /** Whether somebody waits for the value; otherwise it is enough that anybody renews it. */
  readonly isAwaited: boolean
  /** Called when nothing is left to do. */
  readonly onDone?: ((flight: Flight<T>) => void) | undefined
}

/**
 * One way down from a miss in L1: L2, else the loader, and back up. It remembers what had been invalidated when it set
 * out, so that a value which was overtaken on its way is given to those who asked before, and kept by nobody. Everybody
 * who asks meanwhile gets its answer.
 */
export class Flight<T> implements Joinable<T> {
  readonly #options: FlightOptions<T>
  readonly #counters: PolicyCounters
  readonly #entries: TierEntries<T>
  #watch: LoadWatch
  #isOptional: boolean
  readonly #standIn: StandIn
  /** What was given while the load goes on, and how far past its lifetime that may be. */
  #given: { readonly entry: MemoryEntry; readonly windowMs: number } | undefined
  #servedFrom: 'l1' | 'l2' | undefined
  #wasLeftToOthers = false
  /** What L2 has and is of no use. */
  #seen: Buffer | undefined
  #foundGroups: readonly string[] | undefined
  #loading: Promise<T> | undefined
  #written: Promise<unknown> | undefined
  #answer: Promise<T> | undefined
  #l2: TierLookup['l2'] = 'off'
  #l1Stored = false
  #l2Stored = false
  #ttlMs: number | undefined

  constructor(options: FlightOptions<T>) {
    const { parts, key, rules, held, isAwaited } = options
    this.#options = options
    this.#counters = parts.stats.of(rules.policy)
    this.#entries = new TierEntries(parts, key, rules)
    this.#watch = new LoadWatch(parts, key, rules.knownGroups)
    this.#isOptional = !isAwaited
    this.#standIn = new StandIn(parts, key, rules as unknown as EntryRules<never>, held)
  }

  /** What all who ask are given. */
  get answer(): Promise<T> {
    this.#answer ??= this.#run()
    // What the first caller was given before the load may be no answer any more for those who come during it.
    if (this.#given === undefined || this.#loading === undefined) return this.#answer
    return this.#standIn.isGood(this.#given.entry, this.#given.windowMs) ? this.#answer : this.#loading
  }

  /** Resolves when L2 has the value; `undefined` before there is one, and where L2 is not to have it. */
  get writing(): Promise<unknown> | undefined {
    return this.#written
  }

  get staleFrom(): 'l1' | 'l2' | undefined {
    return this.#servedFrom
  }

  mayBeJoined(groups: EntryGroups<never> | undefined): boolean {
    return this.#watch.mayBeJoined(groups)
  }

  servesJoined(): boolean {
    return !this.#wasLeftToOthers && this.#watch.serves(this.#foundGroups)
  }

  /** The value in L2, if it is fresh there. */
  async find(): Promise<T | undefined> {
    return (await this.#readL2())?.value as T | undefined
  }

  lookup(l1: TierLookup['l1']): TierLookup {
    const status = this.staleFrom === 'l1' ? 'hit' : l1
    return {
      l1: status,
      l2: this.#l2,
      l1Stored: this.#l1Stored,
      l2Stored: this.#l2Stored,
      ttlMs: this.#ttlMs,
    }
  }

  async #run(): Promise<T> {
    try {
      const found = await this.#readL2()
      if (found !== undefined) {
        this.#renewEarly(found)
        return found.value as T
      }
      this.#loading = this.#loadOnce()
      const stale = this.#isOptional ? undefined : this.#standIn.usable('revalidating')
      if (stale === undefined) return await this.#orStale(this.#loading)
      return this.#serveStale(stale, 'revalidating')
    } finally {
      if (this.#loading === undefined) this.#options.onDone?.(this)
      else void this.#end(this.#loading)
    }
  }

  /** Ends when L2 has the value as well: who comes before that must not load once more. */
  async #end(loading: Promise<T>): Promise<void> {
    await loading.then(
      () => this.#written,
      () => {},
    )
    this.#options.onDone?.(this)
  }

  /** The load's value; where it fails or dawdles, a stale one that may stand in. */
  async #orStale(loading: Promise<T>): Promise<T> {
    const { softTimeoutMs } = this.#options.rules
    if (softTimeoutMs > 0 && this.#standIn.usable('slow') !== undefined) {
      let timer: NodeJS.Timeout | undefined
      const isSlow = new Promise<true>((resolve) => {
        timer = setTimeout(() => resolve(true), softTimeoutMs)
      })
      const isDone = loading.then(
        () => false,
        () => false,
      )
      if (await Promise.race([isSlow, isDone])) {
        // Invalidated while it was waited for, it is no better than nothing.
        const stale = this.#standIn.usable('slow')
        if (stale !== undefined) return this.#serveStale(stale, 'slow')
      }
      clearTimeout(timer)
    }
    try {
      return await loading
    } catch (error) {
      const stale = this.#standIn.usable('error')
      if (stale === undefined) throw error
      return this.#serveStale(stale, 'error')
    }
  }

  async #readL2(): Promise<MemoryEntry | undefined> {
    const { parts, key, rules } = this.#options
    const { l2, coherence, monotonicNow } = parts
    if (l2 === undefined || rules.lifetimes.l2Ms === 0) return undefined
    if (!coherence.trustsL2 || !l2.isAvailable) {
      this.#l2 = 'unavailable'
      this.#counters.l2Bypassed += 1
      return undefined
    }
    const { tick } = this.#watch.start
    const askedAtMs = monotonicNow()
    const bytes = await l2.get(key)
    if (bytes !== 'unanswered') return this.#take(bytes, tick, askedAtMs)
    this.#l2 = 'unavailable'
    this.#counters.l2Misses += 1
    return undefined
  }

  /** What L2 gave, if it is fresh; if it is not, it may still stand in for something better. */
  #take(bytes: Buffer | undefined, tick: number, askedAtMs: number): MemoryEntry | undefined {
    const { held, isAwaited, parts } = this.#options
    this.#seen = bytes
    const found = bytes && this.#entries.read(bytes, tick, askedAtMs)
    const nowMs = parts.monotonicNow()
    const isFresh = found !== undefined && found.freshUntilMs > nowMs
    // What is to be renewed before its end is the very thing that is held.
    const isHeld = isFresh && !isAwaited && held !== undefined && found.freshUntilMs < held.freshUntilMs + 1
    if (!isFresh || isHeld) {
      this.#l2 = bytes === undefined ? 'miss' : 'stale'
      this.#counters.l2Misses += 1
      if (found !== undefined) this.#standIn.consider(found)
      return undefined
    }
    this.#counters.l2Hits += 1
    this.#l2 = 'hit'
    this.#ttlMs = found.freshUntilMs - nowMs
    this.#foundGroups = found.groups
    this.#l1Stored = this.#entries.storeFound(found, nowMs)
    return found
  }

  /** Where L1 keeps nothing, each read of L2 has to ask itself whether the value's end is near (XFetch). */
  #renewEarly(found: MemoryEntry): void {
    const { parts, rules } = this.#options
    if (rules.lifetimes.l1Ms > 0 || rules.slidingMs > 0 || found.quietUntilMs > parts.monotonicNow()) return
    this.#counters.earlyRefreshes += 1
    this.#isOptional = true
    this.#given = { entry: found, windowMs: 0 }
    this.#loading = this.#loadOnce()
    this.#loading.catch(() => {})
  }

  /** Loads, or waits for the one who does. */
  async #loadOnce(): Promise<T> {
    const { parts, key, rules } = this.#options
    const { fleet, coherence, failures, monotonicNow } = parts
    const backoffMs =
      this.#standIn.usable('slow') === undefined ? rules.failureBackoffMs : rules.staleBackoffMs
    const failure = failures.blocking(key, backoffMs, monotonicNow(), (tick) =>
      coherence.local.covers(key, rules.knownGroups, tick),
    )
    if (failure !== undefined) throw failure.error
    // Who has waited for L2 in vain does not wait a second time.
    if (this.#l2 === 'unavailable') return this.#load()
    if (fleet === undefined || !rules.isFleetWide || rules.lifetimes.l2Ms === 0) return this.#load()
    const asked = {
      key,
      groups: rules.knownGroups,
      isOptional: this.#isOptional,
      limitMs: rules.hardTimeoutMs,
      now: monotonicNow,
    }
    while (coherence.trustsL2 && fleet.isAvailable) {
      const turn = await fleet.takeTurn(asked, this.#seen)
      if (turn === 'busy') {
        this.#wasLeftToOthers = true
        return this.#standIn.entry?.value as T
      }
      if (turn.kind === 'load') return this.#load(turn.lease)
      this.#counters.leaseWaits += 1
      if (turn.kind === 'nothing') return undefined as T
      if (turn.kind === 'failed') {
        this.#fail(turn.error)
        throw turn.error
      }
      const found = this.#take(turn.bytes, turn.tick, turn.askedAtMs)
      if (found !== undefined) return found.value as T
    }
    return this.#load()
  }

  /** Remembered only where somebody would ask. */
  #fail(error: unknown): void {
    const { parts, key, rules } = this.#options
    const isAskedFor =
      rules.failureBackoffMs > 0 || rules.staleIfErrorMs > 0 || rules.staleWhileRevalidateMs > 0
    if (isAskedFor) parts.failures.failed(key, error, parts.monotonicNow(), this.#watch.start.tick)
  }

  async #load(lease?: Lease): Promise<T> {
    const { parts, key, rules, load } = this.#options
    // From here on: what was invalidated while L2 was asked is no matter to a load that begins now.
    this.#watch = new LoadWatch(parts, key, rules.knownGroups)
    const { start } = this.#watch
    const keyLoad = new KeyLoad(parts, key, rules, this.#entries, load)
    const loaded = await keyLoad.run(start, lease, this.#isBackground).catch((error: unknown) => {
      this.#fail(error)
      throw error
    })
    this.#foundGroups = loaded.groups
    this.#l1Stored = loaded.l1Stored
    this.#l2Stored = loaded.l2Stored
    this.#written = loaded.written
    return loaded.value
  }

  /** Whether nobody waits for what is loaded. */
  get #isBackground(): boolean {
    return this.#isOptional || this.#standIn.usable('revalidating') !== undefined
  }

  #serveStale(stale: MemoryEntry, reason: StandInReason): T {
    const { parts, key, held } = this.#options
    this.#given = { entry: stale, windowMs: this.#standIn.windowMs(reason) }
    this.#servedFrom = stale === held ? 'l1' : 'l2'
    // Whoever hears of it later has been told already.
    this.#loading?.catch(() => {})
    if (stale !== held) {
      this.#counters.l2StaleHits += 1
      this.#l2 = 'hit'
    }
    this.#ttlMs = stale.freshUntilMs - parts.monotonicNow()
    this.#foundGroups = stale.groups
    parts.emit({ type: 'stale-served', key, reason })
    return stale.value as T
  }
}
