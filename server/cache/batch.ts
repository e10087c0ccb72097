import { ThermoclineError, describeValue } from '../../policy/index.ts'
import type { L2Write } from '../l2/l2-driver.ts'
import type { LoadOperation } from '../observe/cache-operation.ts'
import { BatchMember } from './batch-member.ts'
import { assertLoader } from './argument-checks.ts'
import type { CacheParts, LoadStart } from './cache-parts.ts'
import { assertKey } from './entry-options.ts'
import type { EntryRules } from './entry-rules.ts'
import type { Joinable } from './joinable.ts'
import { isFresh } from './is-fresh.ts'
import { LoadWatch } from './load-watch.ts'
import type { MemoryEntry } from './memory-tier.ts'
import type { LoadContext } from './running-loads.ts'
import { slide } from './slide.ts'
import { TierEntries } from './tier-entries.ts'

/** Makes the values of some keys: a map, or as many values as there were keys, in their order. What is left out or `undefined` is not there. */
export type BatchLoader<T> = (
  keys: readonly string[],
  context: Omit<LoadContext, 'key'>,
) => Promise<BatchValues<T>> | BatchValues<T>

export type BatchValues<T> = ReadonlyMap<string, T> | readonly (T | undefined)[]

export interface BatchOptions<T> {
  readonly parts: CacheParts
  readonly rules: EntryRules<T>
  readonly flights: Map<string, Joinable<unknown>>
  readonly keys: readonly string[]
}

/** Many keys at once: one look into L1, one round trip to L2 for the rest, one call of the loader for what is in neither. */
export class Batch<T> {
  readonly #parts: CacheParts
  readonly #rules: EntryRules<T>
  readonly #flights: Map<string, Joinable<unknown>>
  readonly #keys: readonly string[]
  readonly #values = new Map<string, T | undefined>()

  /** Throws `key-invalid` or `option-invalid`. */
  constructor({ parts, rules, flights, keys }: BatchOptions<T>) {
    if (!Array.isArray(keys)) {
      throw new ThermoclineError(
        'option-invalid',
        `\`keys\` is ${describeValue(keys)}. Give an array of keys.`,
      )
    }
    for (const key of keys) assertKey(key)
    this.#parts = parts
    this.#rules = rules
    this.#flights = flights
    // A copy: the caller may go on using its array.
    this.#keys = [...keys]
  }

  /** The values in L1 or L2, in the order of the keys. */
  async find(): Promise<(T | undefined)[]> {
    await this.#readL2(this.#readL1())
    return this.#keys.map((key) => this.#values.get(key))
  }

  /** The values of all keys; what neither tier has and nobody is loading is loaded in one call. Rejects with what that throws. */
  async load(loadMany: BatchLoader<T>): Promise<(T | undefined)[]> {
    assertLoader(loadMany)
    const missing = this.#readL1()
    const joined = missing.filter(
      (key) => this.#flights.get(key)?.mayBeJoined(this.#rules.knownGroups) === true,
    )
    const isJoined = new Set(joined)
    const rest = missing.filter((key) => !isJoined.has(key))
    const waiting = joined.map((key) => this.#join(key))
    const own = rest.length === 0 ? [] : this.#answerRest(rest, loadMany)
    const [left] = await Promise.all([Promise.all(waiting), own])
    // What those who were waited for found may have been overtaken since: then it is loaded as if nobody had.
    const again = left.filter((key) => key !== undefined)
    if (again.length > 0) await this.#answerRest(again, loadMany)
    return this.#keys.map((key) => this.#values.get(key))
  }

  async #join(key: string): Promise<string | undefined> {
    const running = this.#flights.get(key) as Joinable<T>
    this.#parts.stats.of(this.#rules.policy).coalesced += 1
    const value = await running.answer
    if (!running.servesJoined()) return key
    this.#values.set(key, value)
    return undefined
  }

  /** Whoever asks for one of the keys meanwhile finds it among the flights, from the first question on. */
  async #answerRest(keys: readonly string[], loadMany: BatchLoader<T>): Promise<void> {
    const members = keys.map((key) => {
      const watch = new LoadWatch(this.#parts, key, this.#rules.knownGroups)
      return new BatchMember<T>(key, this.#rules, watch)
    })
    for (const member of members) this.#flights.set(member.key, member)
    try {
      const missing = await this.#readL2(keys)
      if (missing.length > 0) await this.#loadAll(missing, loadMany)
      for (const member of members) member.settle(this.#values.get(member.key))
    } catch (error) {
      for (const member of members) member.fail(error)
      throw error
    } finally {
      for (const member of members) {
        if (this.#flights.get(member.key) === member) this.#flights.delete(member.key)
      }
    }
  }

  #readL1(): string[] {
    const { memory, coherence, monotonicNow, stats } = this.#parts
    const counters = stats.of(this.#rules.policy)
    const nowMs = monotonicNow()
    return [...new Set(this.#keys)].filter((key) => {
      const found = memory.find(key)
      if (found === undefined || !isFresh(coherence, found, nowMs)) {
        counters.l1Misses += 1
        return true
      }
      found.counters.l1Hits += 1
      slide(this.#parts, key, found, nowMs)
      this.#values.set(key, found.value as T)
      return false
    })
  }

  /** Resolves with the keys that L2 does not have either. */
  async #readL2(keys: readonly string[]): Promise<readonly string[]> {
    const { l2, coherence, monotonicNow, stats } = this.#parts
    if (keys.length === 0 || l2 === undefined || this.#rules.lifetimes.l2Ms === 0) return keys
    const counters = stats.of(this.#rules.policy)
    if (!coherence.trustsL2 || !l2.isAvailable) {
      counters.l2Bypassed += keys.length
      return keys
    }
    const { tick } = coherence
    const askedAtMs = monotonicNow()
    const replies = await l2.getMany(keys)
    return keys.filter((key, index) => {
      const found = this.#freshIn(replies[index], key, tick, askedAtMs)
      if (found === undefined) counters.l2Misses += 1
      else counters.l2Hits += 1
      if (found !== undefined) this.#values.set(key, found.value as T)
      return found === undefined
    })
  }

  #freshIn(bytes: Buffer | undefined, key: string, tick: number, askedAtMs: number): MemoryEntry | undefined {
    if (bytes === undefined) return undefined
    const entries = new TierEntries(this.#parts, key, this.#rules)
    const found = entries.read(bytes, tick, askedAtMs)
    const nowMs = this.#parts.monotonicNow()
    if (found === undefined || found.freshUntilMs <= nowMs) return undefined
    entries.storeFound(found, nowMs)
    return found
  }

  async #loadAll(keys: readonly string[], loadMany: BatchLoader<T>): Promise<void> {
    const { coherence, loads, stats, monotonicNow, emit, trace, namespace } = this.#parts
    const { policy, hardTimeoutMs } = this.#rules
    const start = coherence.begin()
    const counters = stats.of(policy)
    counters.loads += 1
    const operation: LoadOperation = { kind: 'load', namespace, keys, policy, isBackground: false }
    const tell = (outcome: 'loaded' | 'failed'): void => {
      const durationMs = monotonicNow() - start.beganAtMs
      counters.loadTimes.record(durationMs)
      emit({
        type: 'load',
        key: keys[0] ?? '',
        others: keys.length - 1,
        policy,
        durationMs,
        outcome,
      })
    }
    try {
      const values = await trace(operation, () =>
        loads.run(keys[0] ?? '', (context) => loadMany([...keys], context), hardTimeoutMs),
      )
      const given = inOrder(values, keys)
      const loaded = given.map((each, index) =>
        each === undefined ? undefined : this.#rules.valueOf(each, keys[index] ?? ''),
      )
      tell('loaded')
      this.#keepAll(keys, loaded, given, start)
    } catch (error) {
      counters.loadErrors += 1
      tell('failed')
      throw error
    }
  }

  #keepAll(
    keys: readonly string[],
    values: readonly (T | undefined)[],
    given: readonly (T | undefined)[],
    start: LoadStart,
  ): void {
    const loadMs = this.#parts.monotonicNow() - start.beganAtMs
    const writes: L2Write[] = []
    for (const [index, key] of keys.entries()) {
      const value = values[index]
      this.#values.set(key, value)
      if (value === undefined) continue
      const entries = new TierEntries(this.#parts, key, this.#rules)
      const ready = entries.prepare(value, given[index] as T, start, loadMs)
      if (typeof ready === 'string') continue
      entries.store(ready)
      if (ready.write !== undefined) writes.push(ready.write)
    }
    if (writes.length > 0) void this.#parts.l2?.setMany(writes)
  }
}

function inOrder<T>(values: BatchValues<T>, keys: readonly string[]): readonly (T | undefined)[] {
  if (values instanceof Map) {
    const byKey = values as ReadonlyMap<string, T>
    if (byKey.size > 0 && !keys.some((key) => byKey.has(key))) throw ofOthers(byKey, keys)
    return keys.map((key) => byKey.get(key))
  }
  if (Array.isArray(values) && values.length === keys.length) return values as readonly (T | undefined)[]
  throw new ThermoclineError(
    'option-invalid',
    `A batch loader for ${keys.length} keys gave ${describeValue(values)}. Give a Map, or an array with a value for each key.`,
  )
}

/** A map by numbers, or by ids in place of keys, would pass for one that says that nothing is there. */
function ofOthers(values: ReadonlyMap<unknown, unknown>, keys: readonly string[]): ThermoclineError {
  const [other] = values.keys()
  return new ThermoclineError(
    'option-invalid',
    `A batch loader for ${keys.length} keys gave a Map with none of them: it has ${describeValue(other)} and was asked for ${describeValue(keys[0])}. ` +
      'Name each value as its key was given: a number is not the text that it reads as.',
  )
}
