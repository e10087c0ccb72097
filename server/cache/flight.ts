import type { TierLookup } from '../trace.ts'
import type { CacheParts } from './cache-parts.ts'
import type { PolicyCounters } from './cache-stats.ts'
import type { EntryGroups } from './entry-options.ts'
import type { EntryRules } from './entry-rules.ts'
import type { Asked } from './fleet-loads.ts'
import type { Lease } from './lease.ts'
import type { LoadSource } from './load-source.ts'
import { LoadWatch } from './load-watch.ts'
import type { MemoryEntry } from './memory-tier.ts'
import { type FoundEntry, StandIn, type StaleValue } from './stand-in.ts'
import { TierEntries } from './tier-entries.ts'

export interface FlightOptions<T> {
  readonly parts: CacheParts
  readonly key: string
  readonly rules: EntryRules<T>
  readonly source: LoadSource<T>
  /** What L1 has and is past its lifetime, or near the end of it. */
  readonly held: MemoryEntry | undefined
  /** Whether somebody waits for the value; otherwise it is enough that anybody renews it. */
  readonly isAwaited: boolean
  /** Called when nothing is left to do. */
  readonly onDone?: ((flight: Flight<T>) => void) | undefined
}

/** What one caller is given. */
export interface Given<T> {
  readonly value: T
  /** Set where it is past its lifetime. */
  readonly stale: StaleValue | undefined
}

/**
 * One way down from a miss in L1: L2, else the loader, and back up. It remembers what had been invalidated when it set
 * out, so that a value which was overtaken on its way is given to those who asked before, and kept by nobody. Everybody
 * who asks meanwhile waits for the same load, and may be given a stale value in its place by terms of their own.
 */
export class Flight<T> {
  readonly #options: FlightOptions<T>
  readonly #counters: PolicyCounters
  readonly #entries: TierEntries<T>
  #watch: LoadWatch
  #isOptional: boolean
  readonly #standIn: StandIn
  #hasLooked = false
  #wasLeftToOthers = false
  /** The load was not tried, since it had failed of late. */
  #wasSpared = false
  #remembersFailure: boolean
  #hasServedFromL2 = false
  /** What L2 has and is of no use. */
  #seen: Buffer | undefined
  #foundGroups: readonly string[] | undefined
  #found: Promise<MemoryEntry | undefined> | undefined
  #loading: Promise<T> | undefined
  #written: Promise<unknown> | undefined
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
    this.#standIn = new StandIn(parts, key, held)
    this.#remembersFailure = asksForFailures(rules)
  }

  /** Sets out; again is no harm. */
  start(): Promise<MemoryEntry | undefined> {
    return (this.#found ??= this.#run())
  }

  /** What a caller is given by its own rules; `held` is what it found in L1. */
  async answer(rules: EntryRules<T>, held?: MemoryEntry): Promise<Given<T>> {
    if (held !== undefined) this.#standIn.consider(held, 'l1')
    this.#remembersFailure ||= asksForFailures(rules)
    const isLate = this.#hasLooked
    const found = await this.start()
    const loading = this.#loading
    // What was found near its end may have come to it for those who come while it is renewed.
    const isGood = found !== undefined && (!isLate || this.#standIn.isGood(found, 0))
    if (loading === undefined || isGood) {
      return { value: found?.value as T, stale: undefined }
    }
    const loaded = await this.#standIn.orLoaded(loading, rules)
    return 'stale' in loaded ? this.#serveStale(loaded.stale) : { value: loaded.value, stale: undefined }
  }

  /** Resolves when L2 has the value; `undefined` before there is one, and where L2 is not to have it. */
  get writing(): Promise<unknown> | undefined {
    return this.#written
  }

  /** Whether a caller that comes now, and knows of those groups, may wait for its value. */
  mayBeJoined(groups: EntryGroups<never> | undefined): boolean {
    return this.#watch.mayBeJoined(groups)
  }

  /** Whether one who joined may have what it was given, now that it is there; `undefined` stands for the load's error. */
  servesJoined(given: Given<T> | undefined, rules: EntryRules<T>): boolean {
    if (given?.stale !== undefined) return !this.#standIn.isOvertaken(given.stale.entry)
    // An earlier failure is no answer to one who would have tried again.
    if (given === undefined && this.#wasSpared && this.#spared(rules) === undefined) return false
    return !this.#wasLeftToOthers && this.#watch.serves(this.#foundGroups)
  }

  /** The value in L2 if it is fresh there, else one that has been expired. */
  async find(): Promise<FoundEntry<T> | undefined> {
    const found = await this.#readL2()
    return found === undefined ? this.#standIn.expired<T>() : { value: found.value as T }
  }

  lookup(l1: TierLookup['l1'], given?: Given<T>): TierLookup {
    const { entry, tier } = given?.stale ?? {}
    return {
      l1: tier === 'l1' ? 'hit' : l1,
      l2: tier === 'l2' ? 'hit' : this.#l2,
      l1Stored: this.#l1Stored,
      l2Stored: this.#l2Stored,
      groups: entry?.groups ?? this.#foundGroups,
      ttlMs: entry === undefined ? this.#ttlMs : entry.freshUntilMs - this.#options.parts.monotonicNow(),
    }
  }

  async #run(): Promise<MemoryEntry | undefined> {
    try {
      const found = await this.#readL2()
      this.#hasLooked = true
      if (found === undefined) this.#loading = this.#loadOnce()
      else this.#renewEarly(found)
      return found
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

  async #readL2(): Promise<MemoryEntry | undefined> {
    const { parts, key, rules, source } = this.#options
    const { l2, coherence, monotonicNow } = parts
    if (l2 === undefined || rules.lifetimes.l2Ms === 0) return undefined
    if (!coherence.trustsL2 || !l2.isAvailable) {
      this.#l2 = 'unavailable'
      this.#counters.l2Bypassed += 1
      return undefined
    }
    const { tick } = this.#watch.start
    const askedAtMs = monotonicNow()
    const bytes = await source.read(key)
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
      if (found !== undefined) this.#standIn.consider(found, 'l2')
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
    this.#loading = this.#loadOnce()
  }

  /** Loads, or waits for the one who does. */
  async #loadOnce(): Promise<T> {
    const { parts, key, rules, source } = this.#options
    const { fleet, coherence, monotonicNow } = parts
    const failure = this.#spared(rules)
    if (failure !== undefined) {
      this.#wasSpared = true
      throw failure.error
    }
    // Who has waited for L2 in vain does not wait a second time.
    if (this.#l2 === 'unavailable') return this.#load()
    if (fleet === undefined || !rules.isFleetWide || rules.lifetimes.l2Ms === 0) return this.#load()
    const asked: Asked = {
      key,
      groups: rules.knownGroups,
      isOptional: this.#isOptional,
      limitMs: rules.hardTimeoutMs,
      now: monotonicNow,
      lease: (question) => source.lease(question),
      onWait: () => source.follow?.(key, 'waiting'),
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

  /** What a load failed with of late, while those rules would not try it again. */
  #spared(rules: EntryRules<T>): { readonly error: unknown } | undefined {
    const { key, parts } = this.#options
    const { failures, coherence, monotonicNow } = parts
    const backoffMs =
      this.#standIn.usable('slow', rules) === undefined ? rules.failureBackoffMs : rules.staleBackoffMs
    return failures.blocking(key, backoffMs, monotonicNow(), (tick) =>
      coherence.local.overtakes(key, rules.knownGroups, tick),
    )
  }

  /** Remembered only where somebody would ask. */
  #fail(error: unknown): void {
    const { parts, key } = this.#options
    if (this.#remembersFailure)
      parts.failures.failed(key, error, parts.monotonicNow(), this.#watch.start.tick)
  }

  async #load(lease?: Lease): Promise<T> {
    const { parts, key, rules, source } = this.#options
    const begin = () => {
      // From here on: what was invalidated while L2 was asked is no matter to a load that begins now.
      this.#watch = new LoadWatch(parts, key, rules.knownGroups)
      return this.#watch.start
    }
    const due = { key, entries: this.#entries, lease, isBackground: this.#isBackground, begin }
    const loaded = await source.load(due).catch((error: unknown) => {
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
    return this.#isOptional || this.#standIn.usable('revalidating', this.#options.rules) !== undefined
  }

  #serveStale(stale: StaleValue): Given<T> {
    const { parts, key } = this.#options
    // One read of L2, however many are given what it brought.
    if (stale.tier === 'l2' && !this.#hasServedFromL2) this.#counters.l2StaleHits += 1
    this.#hasServedFromL2 ||= stale.tier === 'l2'
    parts.emit({ type: 'stale-served', key, reason: stale.reason })
    return { value: stale.entry.value as T, stale }
  }
}

/** Whether a failure matters to those who come after it. */
function asksForFailures(
  rules: Pick<EntryRules<unknown>, 'failureBackoffMs' | 'staleIfErrorMs' | 'staleWhileRevalidateMs'>,
): boolean {
  return rules.failureBackoffMs > 0 || rules.staleIfErrorMs > 0 || rules.staleWhileRevalidateMs > 0
}
