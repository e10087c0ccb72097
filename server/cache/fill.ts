import type { ErrorCode } from '../../policy/index.ts'
import type { TierLookup } from '../trace.ts'
import type { CacheEvent } from './cache-event.ts'
import type { Carried, Coherence } from './coherence.ts'
import { type CacheEntry, decodeEntry, encodeEntry } from './entry-codec.ts'
import type { EntryGroups, Lifetimes } from './entry-options.ts'
import type { MemoryTier } from './memory-tier.ts'
import type { RedisStore } from './redis-store.ts'
import { type SealedValue, sealValue } from './seal-value.ts'
import type { ValueCodec } from './value-codec.ts'

const NOT_JSON =
  'The value has no JSON form (a Date, Map, class instance, function, cycle or the like), so L2 would give back another one.'

export interface FillOptions<T> {
  readonly key: string
  readonly load: () => Promise<T> | T
  readonly lifetimes: Lifetimes
  readonly groups: EntryGroups<T>
  readonly codec: ValueCodec<T> | undefined
  readonly memory: MemoryTier
  readonly store: RedisStore | undefined
  readonly coherence: Coherence
  /** The wall clock, by which L2 entries expire in every process. */
  readonly now: () => number
  /** This process's own clock, by which L1 entries do. */
  readonly monotonicNow: () => number
  readonly onEvent: (event: CacheEvent) => void
}

/** How far this process and the log had come when a load began, in both orders and by this process's clock. */
export interface LoadStart {
  readonly since: number
  readonly tick: number
  readonly beganAtMs: number
}

/**
 * One way down from a miss in L1: L2, else the loader, and back up. It remembers what had been invalidated when it set
 * out, so that a value which was overtaken on its way is given to those who asked before, and kept by nobody.
 */
export class Fill<T> {
  readonly #options: FillOptions<T>
  #tick: number
  #revision: number
  #beganAtMs: number
  #l2: TierLookup['l2'] = 'off'
  #l1Stored = false
  #l2Stored = false
  #ttlMs: number | undefined
  #foundGroups: readonly string[] | undefined

  constructor(options: FillOptions<T>) {
    this.#options = options
    this.#tick = options.coherence.tick
    this.#revision = options.coherence.local.revision
    this.#beganAtMs = options.monotonicNow()
  }

  /** Whether a caller that comes now, and knows of those groups, may wait for this fill's value. */
  mayBeJoined(groups: EntryGroups<never>): boolean {
    const { coherence, key, monotonicNow } = this.#options
    // A load may take longer than the log may be silent: its value then tells of too long ago.
    if (!coherence.trustsL1(this.#beganAtMs, monotonicNow())) return false
    if (this.#isUntouched) return true
    const known = [this.#options.groups, groups].flatMap((some) => (typeof some === 'function' ? [] : some))
    return !coherence.local.covers(key, known, this.#tick)
  }

  /** Whether those who joined may have the value, now that its groups are known as well. */
  servesJoined(): boolean {
    const { coherence, key } = this.#options
    return this.#isUntouched || !coherence.local.covers(key, this.#foundGroups ?? [], this.#tick)
  }

  get #isUntouched(): boolean {
    return this.#options.coherence.local.revision === this.#revision
  }

  async run(): Promise<T> {
    const found = await this.#readL2()
    return found === undefined ? this.#load() : (found.value as T)
  }

  lookup(l1: 'miss' | 'stale'): TierLookup {
    return { l1, l2: this.#l2, l1Stored: this.#l1Stored, l2Stored: this.#l2Stored, ttlMs: this.#ttlMs }
  }

  /** Puts a value that was there when this was made into both tiers, as of where its invalidation stands; resolves when L2 has it or has been given up on. */
  async put(value: T, { seq, tick }: Carried): Promise<void> {
    await this.keep(value, { since: seq, tick, beganAtMs: this.#beganAtMs })
  }

  async #readL2(): Promise<CacheEntry | undefined> {
    const { codec, store, coherence, key, lifetimes, memory, now, monotonicNow } = this.#options
    if (store === undefined || lifetimes.l2Ms === 0) return undefined
    if (!coherence.trustsL2 || !store.isAvailable) {
      this.#l2 = 'unavailable'
      return undefined
    }
    const tick = this.#tick
    const askedAtMs = monotonicNow()
    const bytes = await store.get(key)
    const entry = bytes === undefined ? undefined : decodeEntry(bytes, codec)
    this.#l2 = 'miss'
    if (entry === undefined) return undefined
    this.#l2 = 'stale'
    const ttlMs = entry.expiresAtMs - now()
    if (ttlMs <= 0 || !coherence.trustsL2) return undefined
    // Two fences: the log's, for what other processes wrote; and this process's own, for what happened while Redis answered.
    if (coherence.shared.covers(key, entry.groups, entry.since)) return undefined
    if (coherence.local.covers(key, entry.groups, tick)) return undefined
    this.#l2 = 'hit'
    this.#foundGroups = entry.groups
    this.#ttlMs = ttlMs
    const sealed = this.#seal(entry.value as T)
    const l1Ms = Math.min(lifetimes.l1Ms, ttlMs)
    if (l1Ms > 0 && sealed !== undefined) {
      const { value, groups } = entry
      // Redis may answer while the log is silent: then the value is known to be good only as of the log's last word.
      const loadedAtMs = Math.min(askedAtMs, coherence.heardAtMs)
      this.#l1Stored = memory.store(
        key,
        { value, groups, since: tick, loadedAtMs, expiresAtMs: askedAtMs + l1Ms },
        sealed.bytes,
      )
    }
    return entry
  }

  async #load(): Promise<T> {
    const { coherence, load, monotonicNow } = this.#options
    // From here on: what was invalidated while L2 was asked is no matter to a load that begins now.
    this.#tick = coherence.tick
    this.#revision = coherence.local.revision
    const tick = this.#tick
    const since = coherence.head
    const beganAtMs = monotonicNow()
    this.#beganAtMs = beganAtMs
    const value = await load()
    // Not awaited beyond L1: who asked has the value, and Redis may take its time.
    if (value !== undefined) void this.keep(value, { since, tick, beganAtMs })
    return value
  }

  /** Keeps a value whose load began then, unless it was overtaken; in L1 before this returns, in L2 when it resolves. */
  async keep(value: T, { since, tick, beganAtMs }: LoadStart): Promise<void> {
    const { key, lifetimes, memory, store, coherence, now, monotonicNow } = this.#options
    const groups = this.#findGroups(value)
    if (groups === undefined) return
    this.#foundGroups = groups
    const sealed = this.#seal(value)
    if (sealed === undefined || coherence.local.covers(key, groups, tick)) return
    // The log's order counts too: another process's `set` may stand behind ours there, though we heard of it first.
    if (coherence.shared.covers(key, groups, since)) return
    if (lifetimes.l1Ms > 0) {
      this.#l1Stored = memory.store(
        key,
        // Trusted from when the load began, since that is what the value tells of; fresh from when it came.
        { value, groups, since: tick, loadedAtMs: beganAtMs, expiresAtMs: monotonicNow() + lifetimes.l1Ms },
        sealed.bytes,
      )
    }
    if (store === undefined || lifetimes.l2Ms === 0 || !coherence.trustsL2) return
    const text = sealed.isJson
      ? this.#encode({ value, groups, since, expiresAtMs: now() + lifetimes.l2Ms })
      : this.#refuse('value-unserializable', NOT_JSON)
    if (text === undefined) return
    this.#l2Stored = true
    await store.set(key, text, lifetimes.l2Ms)
  }

  /** A value may run code of its own when it is looked at, such as a getter that asks a closed connection. */
  #seal(value: T): SealedValue | undefined {
    try {
      const { codec } = this.#options
      return codec === undefined ? sealValue(value) : { bytes: codec.sizeOf(value), isJson: true }
    } catch (error) {
      return this.#refuse('value-unserializable', error instanceof Error ? error.message : String(error))
    }
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

  #encode(entry: CacheEntry): string | Buffer | undefined {
    try {
      return encodeEntry(entry, this.#options.codec)
    } catch {
      return this.#refuse('value-unserializable', NOT_JSON)
    }
  }

  #refuse(code: ErrorCode, reason: string): undefined {
    this.#options.onEvent({ type: 'not-stored', key: this.#options.key, code, reason })
  }
}
