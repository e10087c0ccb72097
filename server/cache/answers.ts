import { currentTrace } from '../trace.ts'
import type { CacheParts } from './cache-parts.ts'
import type { EntryRules } from './entry-rules.ts'
import { Flight } from './flight.ts'
import { isFresh } from './is-fresh.ts'
import type { Joinable } from './joinable.ts'
import type { Loader } from './key-load.ts'
import type { MemoryEntry } from './memory-tier.ts'
import { slide } from './slide.ts'

/** Answers for one key at a time: with what L1 holds, by joining a load that is on its way, or by setting out on one. */
export class Answers {
  readonly flights = new Map<string, Joinable<unknown>>()
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
    const isTrusted = found !== undefined && this.#parts.coherence.trustsL1(found.loadedAtMs, nowMs)
    const held = isTrusted ? found : undefined
    if (held !== undefined && this.isFresh(held, nowMs)) {
      if (held.slidingMs === 0) this.#renewEarly(key, load, rules, held)
      return this.hit<T>(key, held, nowMs)
    }
    const l1 = found === undefined ? 'miss' : 'stale'
    const running = this.flights.get(key) as Joinable<T> | undefined
    if (running?.writing !== undefined) {
      await running.writing
      return this.answer(key, load, rules, undefined, this.#parts.monotonicNow())
    }
    if (running?.mayBeJoined(rules.knownGroups) === true) {
      this.#parts.stats.of(rules.policy).coalesced += 1
      this.#parts.emit({ type: 'coalesced', key })
      const [settled] = await Promise.allSettled([this.#counted(running, rules)])
      // What was found or made before an invalidation that this caller knows of is not for it, and no more is a failure.
      if (!running.servesJoined()) return this.answer(key, load, rules, undefined, this.#parts.monotonicNow())
      if (settled.status === 'rejected') throw settled.reason
      currentTrace.getStore()?.record({ ...running.lookup(l1), l1: 'collapsed' })
      return this.give(settled.value)
    }
    const flight = this.#launch(key, load, rules, held, true)
    try {
      return this.give(await this.#counted(flight, rules))
    } finally {
      currentTrace.getStore()?.record(flight.lookup(l1))
    }
  }

  /** Each caller counts, also where several share an answer. */
  async #counted<T>(flight: Joinable<T>, rules: EntryRules<T>): Promise<T> {
    const counters = this.#parts.stats.of(rules.policy)
    try {
      return await flight.answer
    } finally {
      if (flight.staleFrom === 'l1') counters.l1StaleHits += 1
      else counters.l1Misses += 1
      if (flight.staleFrom !== undefined) counters.staleServed += 1
    }
  }

  #renewEarly<T>(key: string, load: Loader<T>, rules: EntryRules<T>, held: MemoryEntry): void {
    if (this.flights.has(key)) return
    held.counters.earlyRefreshes += 1
    // One try in this process: the next entry draws anew when it is due.
    held.quietUntilMs = held.l1UntilMs
    this.#launch(key, load, rules, held, false).answer.catch(() => {})
  }

  #launch<T>(
    key: string,
    load: Loader<T>,
    rules: EntryRules<T>,
    held: MemoryEntry | undefined,
    isAwaited: boolean,
  ): Flight<T> {
    const flight = this.newFlight(key, load, rules, { held, isAwaited })
    this.flights.set(key, flight)
    return flight
  }

  newFlight<T>(
    key: string,
    load: Loader<T>,
    rules: EntryRules<T>,
    { held, isAwaited }: { held: MemoryEntry | undefined; isAwaited: boolean } = {
      held: undefined,
      isAwaited: true,
    },
  ): Flight<T> {
    const onDone = (flight: Flight<T>): void => {
      if (this.flights.get(key) === flight) this.flights.delete(key)
    }
    return new Flight<T>({ parts: this.#parts, key, rules, load, held, isAwaited, onDone })
  }

  isFresh(entry: MemoryEntry, nowMs: number): boolean {
    return isFresh(this.#parts.coherence, entry, nowMs)
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what it put there.
  hit<T>(key: string, found: MemoryEntry, nowMs: number): T {
    found.counters.l1Hits += 1
    if (found.slidingMs > 0) slide(this.#parts, key, found, nowMs)
    const ttlMs = found.l1UntilMs - nowMs
    currentTrace.getStore()?.record({ l1: 'hit', l2: 'off', l1Stored: false, l2Stored: false, ttlMs })
    return this.give(found.value as T)
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
