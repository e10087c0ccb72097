import { EventEmitter } from 'node:events'
import type { InvalidationFeed } from '../feed/invalidation-feed.ts'
import type { Invalidation } from '../log/invalidation.ts'
import { bindEntry } from '../entry/bind-entry.ts'
import type { BoundEntry } from '../entry/bound-entry.ts'
import type { CheckedEntryOptions } from '../entry/cache-like.ts'
import type { EntryDefinition } from '../entry/define-entry.ts'
import { wantTraces } from '../trace.ts'
import { Answers } from './answers.ts'
import { assertLoadStart, assertLoader, assertTimeout } from './argument-checks.ts'
import { Batch } from './batch.ts'
import type { BatchLoader } from './batch-load.ts'
import type { CacheParts, LoadStart } from './cache-parts.ts'
import { type ResolvedCacheOptions, type TieredCacheOptions, resolveCacheOptions } from './cache-options.ts'
import type { CacheStatsSnapshot } from './cache-stats.ts'
import { type CacheStatusReport, reportStatus } from './cache-status.ts'
import { type EntryOptions, type ReadOptions, assertKey } from './entry-options.ts'
import { EntryRules } from './entry-rules.ts'
import type { HeldEntry } from './held-entry.ts'
import type { Loader } from './key-load.ts'
import { type OpenedCache, openCache } from './open-cache.ts'
import type { EdgeWait, InvalidateOptions, InvalidationResult } from './invalidate-options.ts'
import { invalidateWhere } from './invalidate-where.ts'
import type { FoundEntry } from './stand-in.ts'
import { TierEntries } from './tier-entries.ts'
import { waitForL2 } from './wait-for-l2.ts'
import { type KeyValue, writeValues } from './write-values.ts'

export type { BatchLoader, BatchValues } from './batch-load.ts'
export type { FoundEntry } from './stand-in.ts'
export type { LoadStart } from './cache-parts.ts'
export type { CacheStatusReport } from './cache-status.ts'
export type { ReadOptions } from './entry-options.ts'
export type { InvalidateOptions, InvalidationResult } from './invalidate-options.ts'
export type { Loader } from './key-load.ts'
export type { KeyValue } from './write-values.ts'
export type { LoadContext } from './running-loads.ts'

const NO_OPTIONS = Object.freeze({})

/** Two tiers and the loader behind them. Make one with `createTieredCache`; `Name` is what its policies are called. */
export class TieredCache<Name extends string = string> {
  readonly #options: ResolvedCacheOptions
  readonly #opened: OpenedCache
  readonly #parts: CacheParts
  readonly #now: () => number
  readonly #answers: Answers
  readonly #caughtUp = new EventEmitter()
  #edges: EdgeWait | undefined

  constructor(options: TieredCacheOptions<Name>) {
    this.#options = resolveCacheOptions(options)
    wantTraces()
    this.#opened = openCache(this, this.#options, () => this.#caughtUp.emit('caught-up'))
    this.#parts = this.#opened.parts
    this.#answers = new Answers(this.#parts)
    this.#now = this.#options.monotonicNow
  }

  /**
   * The value of a key: from L1, else from L2, else from the loader, which then fills both. However many ask at once, a
   * key is loaded once, in the whole fleet where L2 can see to that. Rejects with what the loader throws, with `load-timeout`,
   * `load-failed` (another process's loader threw), `key-invalid`, `option-invalid` or `policy-unknown`; never because of L2.
   */
  getOrSet<T>(key: string, load: Loader<T>, options: EntryOptions<T, Name> = NO_OPTIONS): Promise<T> {
    const nowMs = this.#now()
    const found = this.#parts.memory.find(key)
    if (
      found !== undefined &&
      nowMs < found.quietUntilMs &&
      this.#parts.coherence.trustsL1(found.loadedAtMs, nowMs)
    ) {
      return this.#hit<T>(key, found, nowMs)
    }
    return this.#slowly(key, load, options, found, nowMs)
  }

  /**
   * The entries of a definition (`defineEntry`) in this cache, typed and checked by its schema; the same object for the same
   * definition. Throws `policy-unknown`, `duration-invalid`, `group-invalid` or `option-invalid`.
   */
  entry<P extends readonly unknown[], In, Out>(
    definition: EntryDefinition<P, In, Out>,
  ): BoundEntry<P, In, Out> {
    // Rules are what every call makes of its options: here they are made once.
    return bindEntry(
      definition,
      // The names of policies in a definition are checked as it is bound.
      this as TieredCache,
      <T>(options: CheckedEntryOptions<T>) => this.#rules(options) as unknown as typeof options,
    )
  }

  /** The value of a key in L1, at once; `undefined` where L1 does not have it or may not be trusted now. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as in `get`: the caller knows what it put there.
  peek<T>(key: string): T | undefined {
    const nowMs = this.#now()
    const found = this.#parts.memory.find(key)
    if (found === undefined || !this.#answers.isFresh(found, nowMs)) return undefined
    return this.#answers.give(found.value as T)
  }

  /** The value of a key in L1 or L2, `undefined` where neither has it. Rejects with `key-invalid`, `option-invalid` or `policy-unknown`. */
  get<T>(key: string, options: ReadOptions<T, Name> = NO_OPTIONS): Promise<T | undefined> {
    const nowMs = this.#now()
    const found = this.#parts.memory.find(key)
    if (found !== undefined && this.#answers.isFresh(found, nowMs)) return this.#hit<T>(key, found, nowMs)
    return this.#lookDown<T>(key, options, found).then(freshOf)
  }

  /** As `get`, but what was expired (`mode: 'expire'`) is found too, with how long it has been: it may only be given as stale. */
  async find<T>(key: string, options: ReadOptions<T, Name> = NO_OPTIONS): Promise<FoundEntry<T> | undefined> {
    const nowMs = this.#now()
    const held = this.#parts.memory.find(key)
    if (held !== undefined && this.#answers.isFresh(held, nowMs)) {
      return { value: this.#answers.hit<T>(key, held, nowMs) }
    }
    return this.#lookDown<T>(key, options, held)
  }

  /** The values of some keys in L1 or L2, in their order, in one round trip. Rejects as `get` does. */
  async getMany<T>(
    keys: readonly string[],
    options: ReadOptions<T, Name> = NO_OPTIONS,
  ): Promise<(T | undefined)[]> {
    const values = await this.#batch<T>(keys, this.#rules<T>(options)).find()
    return values.map((value) => this.#answers.give(value))
  }

  /**
   * The values of some keys, in their order: from L1, else from L2 in one round trip, else from one call of the loader with the
   * keys that are missing. A key that is being loaded already is waited for. Rejects as `getOrSet` does.
   */
  async getOrSetMany<T>(
    keys: readonly string[],
    loadMany: BatchLoader<T>,
    options: EntryOptions<T, Name> = NO_OPTIONS,
  ): Promise<(T | undefined)[]> {
    const values = await this.#batch<T>(keys, this.#rules(options)).load(loadMany)
    return values.map((value) => this.#answers.give(value))
  }

  /** Puts a value in both tiers and makes every process drop the one it held. Rejects with `value-unserializable` for `undefined`. */
  set<T>(key: string, value: T, options: EntryOptions<T, Name> = NO_OPTIONS): Promise<void> {
    return this.setMany([{ key, value }], options)
  }

  /** Puts some values in both tiers: one entry in the log, one round trip to L2. Rejects as `set` does. */
  async setMany<T>(
    values: readonly KeyValue<T>[],
    options: EntryOptions<T, Name> = NO_OPTIONS,
  ): Promise<void> {
    await writeValues(this.#parts, values, this.#rules(options))
  }

  /** Removes a key from every tier and process. */
  async delete(key: string): Promise<InvalidationResult> {
    assertKey(key)
    return this.invalidate({ keys: [key] })
  }

  /**
   * Lets go of keys, groups and key prefixes, in both tiers and in every process. Once it resolves this process never
   * answers with what was there before (with `mode: 'expire'`: only as stale, where an entry's own options allow that); with
   * Redis away it still holds here, and is queued for the others.
   * Rejects with `option-invalid`, `duration-invalid` or `group-invalid`.
   */
  async invalidate(
    invalidation: Invalidation,
    options: InvalidateOptions = NO_OPTIONS,
  ): Promise<InvalidationResult> {
    return await invalidateWhere(this.#opened, this.#edges, invalidation, options)
  }

  /** Called by `createEdges()`: whom `wait: 'edges'` asks. */
  useEdges(edges: EdgeWait | undefined): void {
    this.#edges = edges
  }

  /** What is invalidated, for those who hold copies outside: `invalidationStream()`, `createEdges()`. */
  get feed(): InvalidationFeed {
    return this.#opened.feed
  }

  /** Lets go of everything in this cache's namespace, in every process; L2 gets its room back in the background. */
  async clear(): Promise<InvalidationResult> {
    const result = await this.invalidate({ prefixes: [''] })
    void this.#parts.l2?.deleteAll()
    return result
  }

  /**
   * Where things stand before a load that this cache does not run itself. What it brings is given to `keep` with it, so
   * that a value which was invalidated while it was on its way is kept by nobody.
   */
  beginLoad(): LoadStart {
    return this.#parts.coherence.begin()
  }

  /** Whether a value of that key and those groups, as it was when `start` was taken, has been invalidated since, as far as this process knows. */
  isOvertaken(key: string, groups: readonly string[], start: LoadStart): boolean {
    return this.#parts.coherence.hasOvertaken(key, groups, start)
  }

  /** Keeps a value whose load began at `start`; in L1 at once, in L2 when it resolves. Rejects with `key-invalid` or `policy-unknown`. */
  async keep<T>(
    key: string,
    given: T,
    start: LoadStart,
    options: EntryOptions<T, Name> = NO_OPTIONS,
  ): Promise<void> {
    assertKey(key)
    assertLoadStart(start)
    // Whoever brings a value has said how long it may live.
    const rules = options instanceof EntryRules ? options : this.#rules({ jitter: 0, ...options })
    const value = rules.valueOf(given, key)
    if (value === undefined) return
    const entries = new TierEntries<T>(this.#parts, key, rules)
    const ready = entries.prepare(value, given, start)
    if (typeof ready === 'string') return
    entries.store(ready)
    await entries.write(ready)
  }

  /** Resolves when L2 is in use, or after `timeoutMs` without it; then with `false`. */
  async ready(timeoutMs = 2_000): Promise<boolean> {
    assertTimeout('timeoutMs', timeoutMs)
    return waitForL2(this.#opened, this.#caughtUp, timeoutMs)
  }

  /** How the cache stands now. */
  status(): CacheStatusReport {
    return reportStatus(this.#parts, this.#opened.log)
  }

  /** What the cache has done so far, by policy. */
  stats(): CacheStatsSnapshot {
    return this.#parts.stats.snapshot()
  }

  /** Stops tailing the log, tells loaders to stop and drops L1. Redis stays yours to close. */
  async close(): Promise<void> {
    this.#parts.loads.abortAll()
    await this.#opened.close()
    this.#parts.memory.clear()
  }

  /** An entry's own promise. Not async: that would make another for each hit. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what it put there.
  #hit<T>(key: string, found: HeldEntry, nowMs: number): Promise<T> {
    const value = this.#answers.hit<T>(key, found, nowMs)
    return this.#parts.isCloning ? Promise.resolve(value) : (found.answer as Promise<T>)
  }

  /** What L2 has, and what has been expired. */
  async #lookDown<T>(key: string, options: ReadOptions<T>, held: HeldEntry | undefined) {
    assertKey(key)
    return this.#answers.lookDown(key, this.#rules<T>(options), held)
  }

  /** Async, so that what is wrong with the key or the options is a rejection. */
  async #slowly<T>(
    key: string,
    load: Loader<T>,
    options: EntryOptions<T>,
    found: HeldEntry | undefined,
    nowMs: number,
  ): Promise<T> {
    assertKey(key)
    assertLoader(load, key)
    return this.#answers.answer(key, load, this.#rules(options), found, nowMs)
  }

  #batch<T>(keys: readonly string[], rules: EntryRules<T>): Batch<T> {
    return new Batch<T>({ parts: this.#parts, rules, answers: this.#answers, keys })
  }

  #rules<T>(options: EntryOptions<T>): EntryRules<T> {
    return options instanceof EntryRules ? options : new EntryRules(options, this.#options)
  }
}

function freshOf<T>(found: FoundEntry<T> | undefined): T | undefined {
  return found?.expiredForMs === undefined ? found?.value : undefined
}

/**
 * A cache with an in-process L1 and, where `redis` is given, a Redis L2, both kept coherent across processes by one
 * invalidation log. Throws `option-invalid`, `duration-invalid` for what can't work.
 *
 * @example
 * const cache = createTieredCache({ policies, redis: new Redis('redis://127.0.0.1:6379') })
 * const product = await cache.getOrSet('product:42', () => loadProduct(42), { policy: 'product', groups: ['product-42'] })
 * await cache.invalidate({ groups: ['product-42'] })
 */
export function createTieredCache<Name extends string = string>(
  options: TieredCacheOptions<Name> = {},
): TieredCache<Name> {
  return new TieredCache(options)
}
