import { type ErrorCode, isThermoclineError } from '../../policy/index.ts'
import type { CacheParts, LoadStart } from './cache-parts.ts'
import type { PolicyCounters } from './cache-stats.ts'
import { type CacheEntry, decodeEntry, encodeEntry } from './entry-codec.ts'
import type { EntryRules, Lifetimes } from './entry-rules.ts'
import { messageOf } from './message-of.ts'
import type { MemoryEntry } from './memory-tier.ts'
import { type SealedValue, sealValue } from './seal-value.ts'
import { slide } from './slide.ts'

const NOT_JSON =
  'The value has no JSON form (a Date, Map, class instance, function, cycle, array with properties of its own or the like), so L2 would give back another one.'

/** One value ready for both tiers. `write` is absent where L2 is not to have it. */
export interface ReadyEntry {
  readonly entry: MemoryEntry
  readonly write:
    | { readonly key: string; readonly bytes: string | Buffer; readonly ttlMs: number }
    | undefined
}

/** How one key's values are read from L2 and made ready for both tiers, under one set of rules. */
export class TierEntries<T> {
  readonly #parts: CacheParts
  readonly #key: string
  readonly #rules: EntryRules<T>
  readonly #counters: PolicyCounters

  constructor(parts: CacheParts, key: string, rules: EntryRules<T>) {
    this.#parts = parts
    this.#key = key
    this.#rules = rules
    this.#counters = parts.stats.of(rules.policy)
  }

  /**
   * What L2 gave as an entry of L1, fresh or not; `undefined` for what can't be read or was deleted. `tick` and
   * `askedAtMs` are of before L2 was asked.
   */
  read(bytes: Buffer, tick: number, askedAtMs: number): MemoryEntry | undefined {
    const { coherence, now, maxEntryBytes } = this.#parts
    const { codec, admit } = this.#rules
    const found = decodeEntry(bytes, { codec, maxBytes: maxEntryBytes })
    if (found === undefined || !coherence.trustsL2) return undefined
    // Two fences: the log's, for what other processes wrote; and this process's own, for what happened while L2 answered.
    if (coherence.shared.covers(this.#key, found.groups, found.since)) return undefined
    if (coherence.local.covers(this.#key, found.groups, tick)) return undefined
    const expiredAtMs = Math.min(
      coherence.shared.expiredAtMs(this.#key, found.groups, found.since) ?? Number.POSITIVE_INFINITY,
      coherence.local.expiredAtMs(this.#key, found.groups, tick) ?? Number.POSITIVE_INFINITY,
    )
    const value = admit === undefined ? found : this.#admit(found)
    if (value === undefined) return undefined
    // L2 may answer while the log is silent: then the value is known to be good only as of the log's last word.
    const loadedAtMs = Math.min(askedAtMs, coherence.heardAtMs)
    const lifetimes = this.#lifetimesOf(value.value as T)
    // Whoever wrote it may have been wrong about the time: it lives no longer than it would have if it were new.
    const untilMs = askedAtMs + Math.min(found.expiresAtMs - now(), lifetimes.l2Ms)
    const l1Ms = this.#shorten(lifetimes.l1Ms)
    const l1UntilMs = Math.min(askedAtMs + l1Ms, untilMs)
    const freshUntilMs = Math.min(untilMs, expiredAtMs)
    const times = { loadedAtMs, freshUntilMs, l1UntilMs, loadMs: found.loadMs ?? 0 }
    return this.#entry(value.value as T, found.groups, tick, times)
  }

  /** Puts in L1 what came out of L2 and is fresh, which is a read like any other. */
  storeFound(entry: MemoryEntry, nowMs: number): boolean {
    slide(this.#parts, this.#key, entry, nowMs)
    // Frozen also where L1 does not keep it: all who wait for this read share it.
    const sealed = this.#seal(entry.value as T)
    if (sealed === undefined || entry.l1UntilMs <= nowMs) return false
    entry.bytes = sealed.bytes
    return this.#parts.memory.store(this.#key, entry)
  }

  /**
   * A loaded value made ready, and `overtaken` or `unfit` where it is to be kept by nobody. `given` is what it was made of,
   * which is what L2 keeps; `loadMs` is how long its load took.
   */
  prepare(value: T, given: T, start: LoadStart, loadMs = 0): ReadyEntry | 'overtaken' | 'unfit' {
    const { coherence, l2, now, monotonicNow } = this.#parts
    const said = this.#ask(value)
    const kept = said && this.#own(value)
    const sealed = kept && this.#seal(kept.value)
    if (said === undefined || kept === undefined || sealed === undefined) return 'unfit'
    const { groups, l1Ms, l2Ms } = said
    if (coherence.hasOvertaken(this.#key, groups, start)) {
      this.#counters.refused += 1
      return 'overtaken'
    }
    const { since, tick, beganAtMs } = start
    const nowMs = monotonicNow()
    const hasL2 = l2 !== undefined && l2Ms > 0
    const freshUntilMs = nowMs + (hasL2 ? l2Ms : l1Ms)
    const l1UntilMs = Math.min(nowMs + l1Ms, freshUntilMs)
    // Trusted from when the load began, since that is what the value tells of; fresh from when it came.
    const times = { loadedAtMs: beganAtMs, freshUntilMs, l1UntilMs, loadMs }
    const entry = this.#entry(kept.value, groups, tick, times)
    entry.bytes = sealed.bytes
    if (!hasL2 || !coherence.trustsL2) return { entry, write: undefined }
    const { schema, slidingMs, retentionMs } = this.#rules
    const isJson = given === value ? sealed.isJson : this.#hasJson(given)
    const text = isJson
      ? this.#encode({ value: given, groups, since, expiresAtMs: now() + l2Ms, loadMs, schema })
      : this.#refuse('value-unserializable', NOT_JSON)
    const ttlMs = slidingMs > 0 ? Math.min(slidingMs, l2Ms) : l2Ms + retentionMs
    if (text !== undefined && this.#isTooLarge(text)) return { entry, write: undefined }
    const write = text === undefined ? undefined : { key: this.#key, bytes: text, ttlMs: Math.ceil(ttlMs) }
    return { entry, write }
  }

  /** Gives L2 what was made ready. */
  async write({ write }: ReadyEntry): Promise<void> {
    if (write !== undefined) await this.#parts.l2?.set(write)
  }

  /** Puts a value that was made ready in L1. */
  store({ entry }: ReadyEntry): boolean {
    const { memory, monotonicNow } = this.#parts
    return entry.l1UntilMs > monotonicNow() && memory.store(this.#key, entry)
  }

  #entry(
    value: T,
    groups: readonly string[],
    since: number,
    times: { loadedAtMs: number; freshUntilMs: number; l1UntilMs: number; loadMs: number },
  ): MemoryEntry {
    const { loadedAtMs, freshUntilMs, l1UntilMs, loadMs } = times
    const { slidingMs } = this.#rules
    // Drawn once for each process and entry in place of once for each hit: a hit then costs one comparison.
    const earlyMs = loadMs > 0 ? loadMs * this.#rules.beta * -Math.log(1 - this.#parts.random()) : 0
    // What L1 does not keep is looked at when it comes out of L2.
    const endMs = this.#rules.lifetimes.l1Ms > 0 ? l1UntilMs : freshUntilMs
    const quietUntilMs = Math.min(endMs, freshUntilMs - earlyMs)
    const idleUntilMs = slidingMs > 0 ? this.#parts.monotonicNow() + slidingMs : Number.POSITIVE_INFINITY
    // Field by field and in one order: objects of different shapes take four times as long to read.
    return {
      value,
      groups,
      bytes: 0,
      since,
      loadedAtMs,
      quietUntilMs: slidingMs > 0 ? Number.NEGATIVE_INFINITY : quietUntilMs,
      l1UntilMs,
      freshUntilMs,
      idleUntilMs,
      slidingMs,
      touchDueMs: Number.NEGATIVE_INFINITY,
      counters: this.#counters,
      checkedRevision: 0,
    }
  }

  /** What the value says counts in every process, not only where it was loaded. */
  #lifetimesOf(value: T): Lifetimes {
    try {
      return this.#rules.lifetimesOf(value)
    } catch {
      return { l1Ms: 0, l2Ms: this.#rules.lifetimes.l2Ms }
    }
  }

  /** So that what was loaded together does not expire together. */
  #shorten(ms: number): number {
    const { jitter } = this.#rules
    return jitter === 0 ? ms : ms * (1 - jitter * this.#parts.random())
  }

  /** The value has been loaded: a mistake in a function that looks at it costs its place in the cache, not the request. */
  #ask(value: T): { groups: readonly string[]; l1Ms: number; l2Ms: number } | undefined {
    try {
      const { l1Ms, l2Ms } = this.#rules.lifetimesOf(value)
      return {
        groups: this.#rules.groupsOf(value, this.#key),
        l1Ms: this.#shorten(l1Ms),
        l2Ms: this.#shorten(l2Ms),
      }
    } catch (error) {
      // What else a function throws may hold a value.
      const isOurs = isThermoclineError(error)
      const code = isOurs ? error.code : 'option-invalid'
      const reason = `\`groups\` or \`lifetimes\` of its entry threw: ${messageOf(error)}`
      // Nothing fails and nothing is kept, so without a word nobody would know until the database does.
      this.#parts.warnings.warn(
        `${this.#rules.policy} ${code}`,
        `The value of ${JSON.stringify(this.#key)} is not kept: ${isOurs ? reason : '`groups` or `lifetimes` of its entry threw.'} ` +
          'This is said once for each policy; `onEvent` hears of each as `not-stored`.',
      )
      return this.#refuse(code, reason)
    }
  }

  #admit({ value, schema }: CacheEntry): { readonly value: unknown } | undefined {
    try {
      const admitted = this.#rules.admit?.(value, schema)
      if (admitted !== undefined) return admitted
    } catch {
      // As if it had been refused.
    }
    this.#parts.emit({ type: 'not-admitted', key: this.#key, schema })
    return undefined
  }

  /** Where callers are given clones, the loader's object stays theirs. */
  #own(value: T): { readonly value: T } | undefined {
    if (!this.#parts.isCloning) return { value }
    try {
      return { value: structuredClone(value) }
    } catch (error) {
      return this.#refuse('value-unserializable', messageOf(error))
    }
  }

  /** Whether L2 can carry what a value was made of, which is frozen like the value unless it stays its owner's. */
  #hasJson(given: T): boolean {
    if (this.#rules.codec !== undefined) return true
    const own = this.#own(given)
    return own !== undefined && this.#seal(own.value)?.isJson === true
  }

  /** A value may run code of its own when it is looked at, such as a getter that asks a closed connection. */
  #seal(value: T): SealedValue | undefined {
    try {
      const { codec } = this.#rules
      return codec === undefined ? sealValue(value) : { bytes: wholeBytes(codec.sizeOf(value)), isJson: true }
    } catch (error) {
      return this.#refuse('value-unserializable', messageOf(error))
    }
  }

  #encode(entry: CacheEntry): string | Buffer | undefined {
    try {
      const { codec } = this.#rules
      return encodeEntry(entry, { codec, compressOver: this.#parts.compressOver })
    } catch {
      return this.#refuse('value-unserializable', NOT_JSON)
    }
  }

  /** What nobody would read is not written either: those who wait for it must know that they have to load for themselves. */
  #isTooLarge(text: string | Buffer): boolean {
    const { maxEntryBytes, l2 } = this.#parts
    const most = Math.min(maxEntryBytes, l2?.maxValueBytes ?? maxEntryBytes)
    if (text.length * 3 <= most) return false
    const bytes = typeof text === 'string' ? Buffer.byteLength(text) : text.length
    if (bytes <= most) return false
    this.#refuse('value-unserializable', `It takes ${bytes} bytes, and L2 has room for ${most} an entry.`)
    return true
  }

  #refuse(code: ErrorCode, reason: string): undefined {
    this.#counters.refused += 1
    this.#parts.emit({ type: 'not-stored', key: this.#key, code, reason })
  }
}

/** L1 counts in whole bytes, and what a codec says of its values is its own. */
function wholeBytes(bytes: number): number {
  if (Number.isFinite(bytes) && bytes >= 0) return Math.ceil(bytes) + 1
  throw new RangeError(`\`sizeOf\` gave ${bytes}. Give the number of bytes.`)
}
