import type { LeaseReply } from '../l2/l2-driver.ts'
import type { LoadOperation } from '../observe/cache-operation.ts'
import type { CacheParts } from './cache-parts.ts'
import type { LoadOutcome } from './cache-event.ts'
import type { EntryRules } from './entry-rules.ts'
import type { LeaseQuestion } from './l2-tier.ts'
import { type DueLoad, type LoadResult, type LoadSource, keepLoaded, outcomeOf } from './load-source.ts'
import type { LoadContext } from './running-loads.ts'

/** Makes the value of a key. `undefined` means that there is nothing to keep; `null` is a value like any other. */
export type Loader<T> = (context: LoadContext) => Promise<T> | T

/** One key by itself: its question to L2, its call of the loader. What comes of that is kept, counted and told. */
export class KeyLoad<T> implements LoadSource<T> {
  readonly #parts: CacheParts
  readonly #rules: EntryRules<T>
  readonly #load: Loader<T>

  constructor(parts: CacheParts, rules: EntryRules<T>, load: Loader<T>) {
    this.#parts = parts
    this.#rules = rules
    this.#load = load
  }

  read(key: string): Promise<Buffer | undefined | 'unanswered'> {
    return this.#parts.l2?.get(key) ?? Promise.resolve(undefined)
  }

  async lease(question: LeaseQuestion): Promise<LeaseReply | undefined> {
    return (await this.#parts.l2?.getOrLeaseMany([question]))?.[0]
  }

  /** Rejects with what the loader throws, or with `load-timeout`. The value is in L1 when this resolves; L2 gets it in its own time. */
  load(due: DueLoad<T>): Promise<LoadResult<T>> {
    const { trace, namespace } = this.#parts
    const { policy } = this.#rules
    const { key, isBackground } = due
    const operation: LoadOperation = { kind: 'load', namespace, keys: [key], policy, isBackground }
    return trace(operation, () => this.#run(due, operation))
  }

  async #run(due: DueLoad<T>, operation: LoadOperation): Promise<LoadResult<T>> {
    const { loads, failures, stats, monotonicNow, l2 } = this.#parts
    const { key, lease } = due
    const counters = stats.of(this.#rules.policy)
    counters.loads += 1
    const start = due.begin()
    const sinceMs = (): number => monotonicNow() - start.beganAtMs
    let given: T
    let value: T
    try {
      given = await loads.run(key, this.#load, this.#rules.hardTimeoutMs)
      value = this.#rules.valueOf(given, key)
    } catch (error) {
      void lease?.fail(error)
      counters.loadErrors += 1
      this.#tell(operation, key, sinceMs(), outcomeOf(error))
      throw error
    }
    failures.succeeded(key)
    const loadMs = sinceMs()
    const loaded = { value, given, start, loadMs }
    const { result, outcome } = keepLoaded(due, loaded, async (write) => l2?.set(write))
    this.#tell(operation, key, loadMs, outcome)
    return result
  }

  #tell(operation: LoadOperation, key: string, durationMs: number, outcome: LoadOutcome): void {
    operation.outcome = outcome
    const { emit, stats } = this.#parts
    const { policy } = this.#rules
    stats.of(policy).loadTimes.record(durationMs)
    emit({ type: 'load', key, policy, durationMs, outcome })
  }
}
