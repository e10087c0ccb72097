import { ThermoclineError, describeValue } from '../../policy/index.ts'
import type { Answers } from './answers.ts'
import { assertLoader } from './argument-checks.ts'
import { BatchLoad, type BatchLoader } from './batch-load.ts'
import type { CacheParts } from './cache-parts.ts'
import { assertKey } from './entry-options.ts'
import type { EntryRules } from './entry-rules.ts'
import type { MemoryEntry } from './memory-tier.ts'
import { TierEntries } from './tier-entries.ts'

export interface BatchOptions<T> {
  readonly parts: CacheParts
  readonly rules: EntryRules<T>
  readonly answers: Answers
  readonly keys: readonly string[]
}

/** Many keys at once: one look into L1, one round trip to L2 for the rest, one call of the loader for what is in neither. */
export class Batch<T> {
  readonly #parts: CacheParts
  readonly #rules: EntryRules<T>
  readonly #answers: Answers
  readonly #keys: readonly string[]
  readonly #values = new Map<string, T | undefined>()

  /** Throws `key-invalid` or `option-invalid`. */
  constructor({ parts, rules, answers, keys }: BatchOptions<T>) {
    if (!Array.isArray(keys)) {
      throw new ThermoclineError(
        'option-invalid',
        `\`keys\` is ${describeValue(keys)}. Give an array of keys.`,
      )
    }
    for (const key of keys) assertKey(key)
    this.#parts = parts
    this.#rules = rules
    this.#answers = answers
    // A copy: the caller may go on using its array.
    this.#keys = [...keys]
  }

  /** The values in L1 or L2, in the order of the keys. */
  async find(): Promise<(T | undefined)[]> {
    await this.#readL2(this.#readL1())
    return this.#inOrder()
  }

  /**
   * The values of all keys, each as if it had been asked for by itself; L2 and the loader are asked for many at once. Rejects
   * with the first error of a key that has nothing to stand in for it.
   */
  async load(loadMany: BatchLoader<T>): Promise<(T | undefined)[]> {
    assertLoader(loadMany)
    const { memory, coherence, monotonicNow } = this.#parts
    const rules = this.#rules
    const source = new BatchLoad<T>(this.#parts, rules, loadMany)
    const nowMs = monotonicNow()
    const missing: string[] = []
    const waiting: Promise<T>[] = []
    // All set out before any has an answer.
    for (const key of new Set(this.#keys)) {
      const found = memory.find(key)
      if (found !== undefined && nowMs < found.quietUntilMs && coherence.trustsL1(found.loadedAtMs, nowMs)) {
        this.#values.set(key, this.#answers.look<T>(key, found, nowMs))
      } else {
        missing.push(key)
        waiting.push(this.#answers.find<T>({ key, rules, source }, found, nowMs))
      }
    }
    const values = await Promise.all(waiting)
    for (const [index, key] of missing.entries()) this.#values.set(key, values[index])
    return this.#inOrder()
  }

  #inOrder(): (T | undefined)[] {
    return this.#keys.map((key) => this.#values.get(key))
  }

  #readL1(): string[] {
    const { memory, monotonicNow, stats } = this.#parts
    const counters = stats.of(this.#rules.policy)
    const nowMs = monotonicNow()
    return [...new Set(this.#keys)].filter((key) => {
      const found = memory.find(key)
      if (found === undefined || !this.#answers.isFresh(found, nowMs)) {
        counters.l1Misses += 1
        return true
      }
      this.#values.set(key, this.#answers.look<T>(key, found, nowMs))
      return false
    })
  }

  async #readL2(keys: readonly string[]): Promise<void> {
    const { l2, coherence, monotonicNow, stats } = this.#parts
    if (keys.length === 0 || l2 === undefined || this.#rules.lifetimes.l2Ms === 0) return
    const counters = stats.of(this.#rules.policy)
    if (!coherence.trustsL2 || !l2.isAvailable) {
      counters.l2Bypassed += keys.length
      return
    }
    const { tick } = coherence
    const askedAtMs = monotonicNow()
    const replies = await l2.getMany(keys)
    for (const [index, key] of keys.entries()) {
      const found = this.#freshIn(replies[index], key, tick, askedAtMs)
      if (found === undefined) counters.l2Misses += 1
      else counters.l2Hits += 1
      if (found !== undefined) this.#values.set(key, found.value as T)
    }
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
}
