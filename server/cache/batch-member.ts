import type { TierLookup } from '../trace.ts'
import type { EntryGroups } from './entry-options.ts'
import type { EntryRules } from './entry-rules.ts'
import type { Joinable } from './joinable.ts'
import type { LoadWatch } from './load-watch.ts'

/** One key of a load of many, so that those who ask for that key alone can wait for it. */
export class BatchMember<T> implements Joinable<T | undefined> {
  readonly key: string
  readonly answer: Promise<T | undefined>
  readonly #rules: EntryRules<T>
  readonly #watch: LoadWatch
  #groups: readonly string[] | undefined
  #resolve!: (value: T | undefined) => void
  #reject!: (error: unknown) => void

  constructor(key: string, rules: EntryRules<T>, watch: LoadWatch) {
    this.key = key
    this.#rules = rules
    this.#watch = watch
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Those who loaded are told by the load itself.
    this.answer.catch(() => {})
  }

  settle(value: T | undefined): void {
    try {
      if (value !== undefined) this.#groups = this.#rules.groupsOf(value, this.key)
    } catch {
      // It was reported when the value was to be kept, or is none of this entry's any more.
    }
    this.#resolve(value)
  }

  fail(error: unknown): void {
    this.#reject(error)
  }

  mayBeJoined(groups: EntryGroups<never> | undefined): boolean {
    return this.#watch.mayBeJoined(groups)
  }

  servesJoined(): boolean {
    return this.#watch.serves(this.#groups)
  }

  lookup(l1: TierLookup['l1']): TierLookup {
    return { l1, l2: 'off', l1Stored: false, l2Stored: false, ttlMs: undefined }
  }
}
