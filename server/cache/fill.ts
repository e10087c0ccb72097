import type { ErrorCode } from '../../policy/index.ts'
import type { TierLookup } from '../trace.ts'
import type { CacheEvent } from './cache-event.ts'
import type { Coherence } from './coherence.ts'
import { type CacheEntry, decodeEntry, encodeEntry } from './entry-codec.ts'
import type { Lifetimes } from './entry-options.ts'
import type { MemoryTier } from './memory-tier.ts'
import type { RedisStore } from './redis-store.ts'
import { sealValue } from './seal-value.ts'

const NOT_JSON =
  'The value has no JSON form (a Date, Map, class instance, function, cycle or the like), so L2 would give back another one.'

export interface FillOptions<T> {
  readonly key: string
  readonly load: () => Promise<T> | T
  readonly lifetimes: Lifetimes
  readonly groups: readonly string[] | ((value: T) => readonly string[])
  readonly memory: MemoryTier
  readonly store: RedisStore | undefined
  readonly coherence: Coherence
  readonly now: () => number
  readonly onEvent: (event: CacheEvent) => void
}

/**
 * One way down from a miss in L1: L2, else the loader, and back up. It remembers what had been invalidated when it set
 * out, so that a value which was overtaken on its way is given to those who asked before, and kept by nobody.
 */
export class Fill<T> {
  readonly #options: FillOptions<T>
  #tick: number
  #revision: number
  #l2: TierLookup['l2'] = 'off'
  #l1Stored = false
  #l2Stored = false
  #ttlMs: number | undefined

  constructor(options: FillOptions<T>) {
    this.#options = options
    this.#tick = options.coherence.tick
    this.#revision = options.coherence.local.revision
  }

  /** Whether a caller that comes now may have this fill's value: nothing that could concern it was invalidated since. */
  mayBeJoined(): boolean {
    const { coherence, groups, key } = this.#options
    if (coherence.local.revision === this.#revision) return true
    return typeof groups !== 'function' && !coherence.local.covers(key, groups, this.#tick)
  }

  async run(): Promise<T> {
    const found = await this.#readL2()
    return found === undefined ? this.#load() : (found.value as T)
  }

  lookup(l1: 'miss' | 'stale'): TierLookup {
    return { l1, l2: this.#l2, l1Stored: this.#l1Stored, l2Stored: this.#l2Stored, ttlMs: this.#ttlMs }
  }

  /** Puts a value into both tiers; resolves when L2 has it or has been given up on. */
  async put(value: T): Promise<void> {
    await this.#keep(value, this.#options.coherence.head, this.#tick)
  }

  async #readL2(): Promise<CacheEntry | undefined> {
    const { store, coherence, key, lifetimes, memory, now } = this.#options
    if (store === undefined || lifetimes.l2Ms === 0) return undefined
    if (!coherence.trustsL2 || !store.isAvailable) {
      this.#l2 = 'unavailable'
      return undefined
    }
    const tick = this.#tick
    const text = await store.get(key)
    const entry = text === undefined ? undefined : decodeEntry(text)
    this.#l2 = 'miss'
    if (entry === undefined) return undefined
    this.#l2 = 'stale'
    const nowMs = now()
    const ttlMs = entry.expiresAtMs - nowMs
    if (ttlMs <= 0 || !coherence.trustsL2) return undefined
    // Two fences: the log's, for what other processes wrote; and this process's own, for what happened while Redis answered.
    if (coherence.shared.covers(key, entry.groups, entry.since)) return undefined
    if (coherence.local.covers(key, entry.groups, tick)) return undefined
    this.#l2 = 'hit'
    this.#ttlMs = ttlMs
    const { bytes } = sealValue(entry.value)
    const l1Ms = Math.min(lifetimes.l1Ms, ttlMs)
    if (l1Ms > 0) {
      const { value, groups } = entry
      this.#l1Stored = memory.store(
        key,
        { value, groups, since: tick, loadedAtMs: nowMs, expiresAtMs: nowMs + l1Ms },
        bytes,
      )
    }
    return entry
  }

  async #load(): Promise<T> {
    const { coherence, load } = this.#options
    // From here on: what was invalidated while L2 was asked is no matter to a load that begins now.
    this.#tick = coherence.tick
    this.#revision = coherence.local.revision
    const tick = this.#tick
    const since = coherence.head
    const value = await load()
    // Not awaited beyond L1: who asked has the value, and Redis may take its time.
    if (value !== undefined) void this.#keep(value, since, tick)
    return value
  }

  async #keep(value: T, since: number, tick: number): Promise<void> {
    const { key, lifetimes, memory, store, coherence, now } = this.#options
    const groups = this.#findGroups(value)
    if (groups === undefined) return
    const { bytes, isJson } = sealValue(value)
    if (coherence.local.covers(key, groups, tick)) return
    const nowMs = now()
    if (lifetimes.l1Ms > 0) {
      this.#l1Stored = memory.store(
        key,
        { value, groups, since: tick, loadedAtMs: nowMs, expiresAtMs: nowMs + lifetimes.l1Ms },
        bytes,
      )
    }
    if (store === undefined || lifetimes.l2Ms === 0 || !coherence.trustsL2) return
    const text = isJson
      ? this.#encode({ value, groups, since, expiresAtMs: nowMs + lifetimes.l2Ms })
      : this.#refuse('value-unserializable', NOT_JSON)
    if (text === undefined) return
    this.#l2Stored = true
    await store.set(key, text, lifetimes.l2Ms)
  }

  /** The value has been loaded: a mistake in the function that names its groups costs its place in the cache, not the request. */
  #findGroups(value: T): readonly string[] | undefined {
    const { groups } = this.#options
    if (typeof groups !== 'function') return groups
    try {
      return groups(value)
    } catch (error) {
      return this.#refuse('group-invalid', error instanceof Error ? error.message : String(error))
    }
  }

  #encode(entry: CacheEntry): string | undefined {
    try {
      return encodeEntry(entry)
    } catch {
      return this.#refuse('value-unserializable', NOT_JSON)
    }
  }

  #refuse(code: ErrorCode, reason: string): undefined {
    this.#options.onEvent({ type: 'not-stored', key: this.#options.key, code, reason })
  }
}
