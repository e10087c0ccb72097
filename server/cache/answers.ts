import { currentTrace } from '../trace.ts'
import type { CacheParts } from './cache-parts.ts'
import type { EntryRules } from './entry-rules.ts'
import { Flight, type Given } from './flight.ts'
import { isFresh } from './is-fresh.ts'
import { KeyLoad, type Loader } from './key-load.ts'
import type { LoadSource } from './load-source.ts'
import type { MemoryEntry } from './memory-tier.ts'
import { slide } from './slide.ts'
import type { FoundEntry } from './stand-in.ts'

/** A caller, and where its value is to come from if nobody is on the way for it. */
interface Question<T> {
  readonly key: string
  readonly rules: EntryRules<T>
  readonly source: LoadSource<T>
}

/** Answers for one key at a time: with what L1 holds, by joining a load that is on its way, or by setting out on one. */
export class Answers {
  readonly #flights = new Map<string, Flight<unknown>>()
  readonly #parts: CacheParts

  constructor(parts: CacheParts) {
    this.#parts = parts
  }

  /** The value of a key of which L1 has nothing that may be given without a second thought. */
  async answer<T>(
    key: string,
    load: Loader<T>,
    rules: EntryRules<T>,
    found: MemoryEntry | undefined,
    nowMs: number,
  ): Promise<T> {
    const source = new KeyLoad(this.#parts, rules, load)
    return this.give(await this.find({ key, rules, source }, found, nowMs))
  }

  /** The same from any source, and the value itself: `give` makes it the caller's own. */
  async find<T>(asked: Question<T>, found: MemoryEntry | undefined, nowMs: number): Promise<T> {
    const { key, rules } = asked
    const isTrusted = found !== undefined && this.#parts.coherence.trustsL1(found.loadedAtMs, nowMs)
    const held = isTrusted ? found : undefined
    if (held !== undefined && this.isFresh(held, nowMs)) {
      if (held.slidingMs === 0) this.#renewEarly(asked, held)
      return this.look<T>(key, held, nowMs)
    }
    const l1 = found === undefined ? 'miss' : 'stale'
    const running = this.#flights.get(key) as Flight<T> | undefined
    if (running?.writing !== undefined) {
      await running.writing
      return this.#again(asked)
    }
    if (running?.mayBeJoined(rules.knownGroups) === true) {
      this.#parts.stats.of(rules.policy).coalesced += 1
      this.#parts.emit({ type: 'coalesced', key })
      const [settled] = await Promise.allSettled([running.answer(rules, held)])
      const given = settled.status === 'fulfilled' ? settled.value : undefined
      this.#count(given, rules)
      // What was found or made before an invalidation that this caller knows of is not for it, and no more is a failure.
      if (!running.servesJoined(given, rules)) return this.#again(asked)
      if (settled.status === 'rejected') throw settled.reason
      currentTrace.getStore()?.record({ ...running.lookup(l1, given), l1: 'collapsed' })
      return settled.value.value
    }
    const flight = this.#launch(asked, held, true)
    let given: Given<T> | undefined
    try {
      given = await flight.answer(rules)
      return given.value
    } finally {
      this.#count(given, rules)
      currentTrace.getStore()?.record(flight.lookup(l1, given))
    }
  }

  /** As if the question came now: meanwhile somebody else may have brought the value. */
  #again<T>(asked: Question<T>): Promise<T> {
    const { memory, monotonicNow } = this.#parts
    return this.find(asked, memory.find(asked.key), monotonicNow())
  }

  /** Each caller counts, also where several share an answer. */
  #count(given: Given<unknown> | undefined, { policy }: { readonly policy: string }): void {
    const counters = this.#parts.stats.of(policy)
    if (given?.stale?.tier === 'l1') counters.l1StaleHits += 1
    else counters.l1Misses += 1
    if (given?.stale !== undefined) counters.staleServed += 1
  }

  #renewEarly<T>(asked: Question<T>, held: MemoryEntry): void {
    if (this.#flights.has(asked.key)) return
    held.counters.earlyRefreshes += 1
    // One try in this process: the next entry draws anew when it is due.
    held.quietUntilMs = held.l1UntilMs
    this.#launch(asked, held, false)
      .start()
      .catch(() => {})
  }

  #launch<T>(asked: Question<T>, held: MemoryEntry | undefined, isAwaited: boolean): Flight<T> {
    const { key, source } = asked
    const onDone = (flight: Flight<T>): void => {
      if (this.#flights.get(key) === (flight as Flight<unknown>)) this.#flights.delete(key)
      source.follow?.(key, 'done')
    }
    const flight = new Flight<T>({ parts: this.#parts, ...asked, held, isAwaited, onDone })
    this.#flights.set(key, flight as Flight<unknown>)
    source.follow?.(key, 'asking')
    return flight
  }

  /** What L2 has of a key of which L1 holds nothing fresh, else what has been expired in either. */
  async lookDown<T>(
    key: string,
    rules: EntryRules<T>,
    held: MemoryEntry | undefined,
  ): Promise<FoundEntry<T> | undefined> {
    const parts = this.#parts
    parts.stats.of(rules.policy).l1Misses += 1
    const source = new KeyLoad(parts, rules, () => undefined as T)
    // Not among the flights: somebody who brings a loader must not be told that there is nothing.
    const flight = new Flight<T>({ parts, key, rules, source, held, isAwaited: true })
    const found = await flight.find()
    currentTrace.getStore()?.record(flight.lookup(held === undefined ? 'miss' : 'stale'))
    return found && { ...found, value: this.give(found.value) }
  }

  isFresh(entry: MemoryEntry, nowMs: number): boolean {
    return isFresh(this.#parts.coherence, entry, nowMs)
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what it put there.
  hit<T>(key: string, found: MemoryEntry, nowMs: number): T {
    return this.give(this.look<T>(key, found, nowMs))
  }

  /** What L1 holds, as it holds it. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what it put there.
  look<T>(key: string, found: MemoryEntry, nowMs: number): T {
    found.counters.l1Hits += 1
    if (found.slidingMs > 0) slide(this.#parts, key, found, nowMs)
    const { groups } = found
    const ttlMs = found.l1UntilMs - nowMs
    currentTrace.getStore()?.record({ l1: 'hit', l2: 'off', l1Stored: false, l2Stored: false, ttlMs, groups })
    return found.value as T
  }

  give<T>(value: T): T {
    if (!this.#parts.isCloning) return value
    try {
      return structuredClone(value)
    } catch {
      // It has no clone, so it is not kept either, and nobody else has it.
      return value
    }
  }
}
