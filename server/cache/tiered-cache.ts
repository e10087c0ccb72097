import { EventEmitter, once } from 'node:events'
import { ThermoclineError } from '../../policy/index.ts'
import { type CompleteInvalidation, type Invalidation, checkInvalidation } from '../log/invalidation.ts'
import type { InvalidationLog } from '../log/invalidation-log.ts'
import { MemoryLog } from '../log/memory-log.ts'
import { RedisLog } from '../log/redis-log.ts'
import type { RedisLike } from '../redis-like.ts'
import { type TierLookup, currentTrace, wantTraces } from '../trace.ts'
import { type ResolvedCacheOptions, type TieredCacheOptions, resolveCacheOptions } from './cache-options.ts'
import { Coherence } from './coherence.ts'
import { type EntryOptions, assertKey, checkGroups, resolveLifetimes } from './entry-options.ts'
import { Fill, type LoadStart } from './fill.ts'
import { MemoryTier } from './memory-tier.ts'
import { RedisStore } from './redis-store.ts'

/** What a loader is told. */
export interface LoadContext {
  readonly key: string
  /** Aborted when the cache is closed. */
  readonly signal: AbortSignal
}

/** Makes the value of a key. `undefined` means that there is nothing to keep; `null` is a value like any other. */
export type Loader<T> = (context: LoadContext) => Promise<T> | T

/** What an invalidation came to. */
export interface InvalidationResult {
  /** Whether the log has it, so that every process will hear of it. Otherwise it is queued until Redis is back. */
  readonly acknowledged: boolean
}

/** How a cache is doing. */
export interface CacheStatusReport {
  readonly l1: { readonly entries: number; readonly bytes: number }
  /** `none`: no Redis was given. `down`: it is bypassed. */
  readonly l2: 'ready' | 'down' | 'none'
}

/** Two tiers and the loader behind them. Make one with `createTieredCache`. */
export class TieredCache {
  readonly #options: ResolvedCacheOptions
  readonly #log: InvalidationLog
  readonly #coherence: Coherence
  readonly #memory: MemoryTier
  readonly #store: RedisStore | undefined
  readonly #flights = new Map<string, { readonly fill: Fill<unknown>; readonly outcome: Promise<unknown> }>()
  readonly #closing = new AbortController()
  readonly #caughtUp = new EventEmitter()

  constructor(options: TieredCacheOptions) {
    const resolved = resolveCacheOptions(options)
    wantTraces()
    const { redis, namespace, l2TimeoutMs, maxLagMs, monotonicNow, onEvent } = resolved
    // A lazy client would wait for a command, and commands wait for a client that is ready.
    if (redis?.status === 'wait') redis.connect().catch(() => {})
    this.#options = resolved
    this.#store =
      redis &&
      new RedisStore({
        redis,
        prefix: `${namespace}:`,
        timeoutMs: l2TimeoutMs,
        now: monotonicNow,
        onError: (operation, error) => onEvent({ type: 'l2-error', operation, error }),
      })
    this.#log = redis
      ? new RedisLog({
          redis,
          key: `${namespace}:log`,
          maxLength: resolved.logLength,
          timeoutMs: l2TimeoutMs,
          blockMs: Math.min(1_000, Math.ceil(maxLagMs / 4)),
          now: monotonicNow,
        })
      : new MemoryLog()
    this.#coherence = new Coherence({
      log: this.#log,
      maxLagMs,
      now: monotonicNow,
      onEvent: (event) => {
        if (event.type === 'log-caught-up') this.#caughtUp.emit('caught-up')
        onEvent(event)
      },
      drop: (keys) => void this.#store?.delete(keys),
    })
    this.#memory = new MemoryTier({
      maxEntries: resolved.maxEntries,
      maxBytes: resolved.maxBytes,
      fences: this.#coherence.local,
    })
    this.#coherence.start()
  }

  /**
   * The value of a key: from L1, else from L2, else from the loader, which then fills both. However many ask at once, a
   * process loads a key once. Rejects with what the loader throws, with `key-invalid`, or with `policy-unknown`; never
   * because of Redis.
   */
  getOrSet<T>(key: string, load: Loader<T>, options: EntryOptions<T> = {}): Promise<T> {
    const now = this.#options.monotonicNow()
    const found = this.#memory.lookup(key, now)
    if (typeof found === 'object' && this.#coherence.trustsL1(found.loadedAtMs, now)) {
      this.#recordHit(found.expiresAtMs - now)
      return Promise.resolve(found.value as T)
    }
    return this.#fill(key, load, options, found === 'absent' ? 'miss' : 'stale')
  }

  /** The value of a key in L1, at once; `undefined` where L1 does not have it or may not be trusted now. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as in `get`: the caller knows what it put there.
  peek<T>(key: string): T | undefined {
    const now = this.#options.monotonicNow()
    const found = this.#memory.lookup(key, now)
    return typeof found === 'object' && this.#coherence.trustsL1(found.loadedAtMs, now)
      ? (found.value as T)
      : undefined
  }

  /**
   * Where things stand before a load that this cache does not run itself. What it brings is given to `keep` with it, so
   * that a value which was invalidated while it was on its way is kept by nobody.
   */
  beginLoad(): LoadStart {
    const { tick, head } = this.#coherence
    return { since: head, tick, beganAtMs: this.#options.monotonicNow() }
  }

  /** Whether a value of that key and those groups, as it was when `start` was taken, has been invalidated since, as far as this process knows. */
  isOvertaken(key: string, groups: readonly string[], start: LoadStart): boolean {
    const { local, shared } = this.#coherence
    return local.covers(key, groups, start.tick) || shared.covers(key, groups, start.since)
  }

  /** Keeps a value whose load began at `start`; in L1 at once, in L2 when it resolves. Rejects with `key-invalid` or `policy-unknown`. */
  async keep<T>(key: string, value: T, start: LoadStart, options: EntryOptions<T> = {}): Promise<void> {
    assertKey(key)
    await this.#newFill<T>(key, () => value, options).keep(value, start)
  }

  /** The value of a key in L1 or L2, `undefined` where neither has it. Rejects with `key-invalid` or `policy-unknown`. */
  async get<T>(
    key: string,
    options: Pick<EntryOptions<T>, 'policy' | 'l1' | 'codec'> = {},
  ): Promise<T | undefined> {
    assertKey(key)
    const now = this.#options.monotonicNow()
    const found = this.#memory.lookup(key, now)
    if (typeof found === 'object' && this.#coherence.trustsL1(found.loadedAtMs, now)) {
      this.#recordHit(found.expiresAtMs - now)
      return found.value as T
    }
    // Not among the flights: somebody who brings a loader must not be told that there is nothing.
    const fill = this.#newFill<T | undefined>(key, () => undefined, options)
    const value = await fill.run()
    currentTrace.getStore()?.record(fill.lookup(found === 'absent' ? 'miss' : 'stale'))
    return value
  }

  /** Puts a value in both tiers and makes every process drop the one it held. Throws `value-unserializable` for `undefined`. */
  async set<T>(key: string, value: T, options: EntryOptions<T> = {}): Promise<void> {
    assertKey(key)
    if (value === undefined) {
      throw new ThermoclineError(
        'value-unserializable',
        `\`set\` was given no value for ${JSON.stringify(key)}. Use \`delete\` to remove it.`,
      )
    }
    // Made first: the value tells of now, and this process may be held up until the log has answered.
    const fill = this.#newFill<T>(key, () => value, options)
    const carried = await this.#coherence.invalidate({ keys: [key], groups: [], prefixes: [] })
    await fill.put(value, carried)
  }

  /** Removes a key from every tier and process. */
  async delete(key: string): Promise<InvalidationResult> {
    assertKey(key)
    return this.invalidate({ keys: [key] })
  }

  /**
   * Lets go of keys, groups and key prefixes, in both tiers and in every process. Once it resolves this process never
   * answers with what was there before; with Redis away it still holds here, and is queued for the others.
   * Rejects with `option-invalid` or `group-invalid`.
   */
  async invalidate(invalidation: Invalidation): Promise<InvalidationResult> {
    const complete: CompleteInvalidation = checkInvalidation(invalidation)
    const { isAcknowledged } = await this.#coherence.invalidate(complete)
    return { acknowledged: isAcknowledged }
  }

  /** Resolves when L2 is in use, or after `timeoutMs` without it; then with `false`. */
  async ready(timeoutMs = 2_000): Promise<boolean> {
    const { redis } = this.#options
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      if (!this.#log.isCaughtUp) await once(this.#caughtUp, 'caught-up', { signal })
      if (redis !== undefined && redis.status !== 'ready') await untilReady(redis, signal)
    } catch {
      // Time is up: what follows says how things stand.
    }
    return this.status().l2 !== 'down'
  }

  status(): CacheStatusReport {
    const isReady = this.#store?.isAvailable === true && this.#coherence.trustsL2
    return {
      l1: { entries: this.#memory.size, bytes: this.#memory.bytes },
      l2: this.#store === undefined ? 'none' : isReady ? 'ready' : 'down',
    }
  }

  /** Tells the log what it has not acknowledged, stops tailing it and aborts running loads. The Redis client stays open: it is yours. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#coherence.close()
    await this.#log.close()
    this.#memory.clear()
  }

  async #fill<T>(key: string, load: Loader<T>, options: EntryOptions<T>, l1: 'miss' | 'stale'): Promise<T> {
    assertKey(key)
    const running = this.#flights.get(key)
    if (running?.fill.mayBeJoined(options.groups ?? [])) {
      const value = (await running.outcome) as T
      if (!running.fill.servesJoined()) return this.#fill(key, load, options, l1)
      currentTrace.getStore()?.record({ ...running.fill.lookup(l1), l1: 'collapsed' })
      return value
    }
    const fill = this.#newFill(key, load, options)
    const outcome = fill.run()
    const flight = { fill: fill as Fill<unknown>, outcome }
    this.#flights.set(key, flight)
    try {
      return await outcome
    } finally {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
      currentTrace.getStore()?.record(fill.lookup(l1))
    }
  }

  #newFill<T>(key: string, load: Loader<T>, options: EntryOptions<T>): Fill<T> {
    const { groups = [] } = options
    return new Fill<T>({
      key,
      load: () => load({ key, signal: this.#closing.signal }),
      lifetimes: resolveLifetimes(options, this.#options.policies),
      groups: typeof groups === 'function' ? (value) => checkGroups(groups(value)) : checkGroups(groups),
      codec: options.codec,
      memory: this.#memory,
      store: this.#store,
      coherence: this.#coherence,
      now: this.#options.now,
      monotonicNow: this.#options.monotonicNow,
      onEvent: this.#options.onEvent,
    })
  }

  #recordHit(ttlMs: number): void {
    const trace = currentTrace.getStore()
    if (trace === undefined) return
    const lookup: TierLookup = { l1: 'hit', l2: 'off', l1Stored: false, l2Stored: false, ttlMs }
    trace.record(lookup)
  }
}

function untilReady(redis: RedisLike, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      redis.off('ready', settle)
      signal.removeEventListener('abort', settle)
      if (signal.aborted) reject(new Error('Redis was not ready in time.'))
      else resolve()
    }
    redis.on('ready', settle)
    signal.addEventListener('abort', settle)
  })
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
export function createTieredCache(options: TieredCacheOptions = {}): TieredCache {
  return new TieredCache(options)
}
