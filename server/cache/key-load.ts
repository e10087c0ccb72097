import type { LoadOperation } from '../observe/cache-operation.ts'
import type { CacheParts, LoadStart } from './cache-parts.ts'
import type { LoadOutcome } from './cache-event.ts'
import type { EntryRules } from './entry-rules.ts'
import type { Lease } from './lease.ts'
import type { LoadContext } from './running-loads.ts'
import type { TierEntries } from './tier-entries.ts'

/** Makes the value of a key. `undefined` means that there is nothing to keep; `null` is a value like any other. */
export type Loader<T> = (context: LoadContext) => Promise<T> | T

/** What a load did beside giving its value. */
export interface LoadResult<T> {
  readonly value: T
  /** The value's groups, if it is kept. */
  readonly groups: readonly string[] | undefined
  readonly l1Stored: boolean
  readonly l2Stored: boolean
  /** Resolves when L2 has it or did not answer; `undefined` where it is not to have it. */
  readonly written: Promise<unknown> | undefined
}

/** One call of a loader: what comes of it is kept, counted and told, here and to those who wait for the lease. */
export class KeyLoad<T> {
  readonly #parts: CacheParts
  readonly #key: string
  readonly #rules: EntryRules<T>
  readonly #entries: TierEntries<T>
  readonly #load: Loader<T>

  constructor(
    parts: CacheParts,
    key: string,
    rules: EntryRules<T>,
    entries: TierEntries<T>,
    load: Loader<T>,
  ) {
    this.#parts = parts
    this.#key = key
    this.#rules = rules
    this.#entries = entries
    this.#load = load
  }

  /** Rejects with what the loader throws, or with `load-timeout`. The value is in L1 when this resolves; L2 gets it in its own time. */
  run(start: LoadStart, lease: Lease | undefined, isBackground: boolean): Promise<LoadResult<T>> {
    const { trace, namespace } = this.#parts
    const { policy } = this.#rules
    const operation: LoadOperation = { kind: 'load', namespace, keys: [this.#key], policy, isBackground }
    return trace(operation, () => this.#run(start, lease, operation))
  }

  async #run(start: LoadStart, lease: Lease | undefined, operation: LoadOperation): Promise<LoadResult<T>> {
    const { loads, failures, stats } = this.#parts
    const counters = stats.of(this.#rules.policy)
    counters.loads += 1
    let given: T
    let value: T
    try {
      given = await loads.run(this.#key, this.#load, this.#rules.hardTimeoutMs)
      value = this.#rules.valueOf(given, this.#key)
    } catch (error) {
      void lease?.fail(error)
      counters.loadErrors += 1
      const isSlow = (error as { code?: unknown } | undefined)?.code === 'load-timeout'
      this.#tell(operation, this.#since(start), isSlow ? 'timed-out' : 'failed')
      throw error
    }
    failures.succeeded(this.#key)
    try {
      return this.#keep(value, given, start, { lease, operation })
    } catch {
      // A fault in what the caller gave the cache to keep values by must not cost the value.
      void lease?.giveBack('local')
      return { value, groups: undefined, l1Stored: false, l2Stored: false, written: undefined }
    }
  }

  #keep(
    value: T,
    given: T,
    start: LoadStart,
    { lease, operation }: { lease: Lease | undefined; operation: LoadOperation },
  ): LoadResult<T> {
    const loadMs = this.#since(start)
    const unkept: LoadResult<T> = {
      value,
      groups: undefined,
      l1Stored: false,
      l2Stored: false,
      written: undefined,
    }
    if (value === undefined) {
      void lease?.giveBack('nothing')
      this.#tell(operation, loadMs, 'loaded')
      return unkept
    }
    const ready = this.#entries.prepare(value, given, start, loadMs)
    this.#tell(operation, loadMs, ready === 'overtaken' ? 'overtaken' : 'loaded')
    if (typeof ready === 'string') {
      void lease?.giveBack(ready === 'overtaken' ? 'again' : 'local')
      return unkept
    }
    const l1Stored = this.#entries.store(ready)
    const { write } = ready
    if (write === undefined) void lease?.giveBack('local')
    const written = write && (lease?.store(write) ?? this.#entries.write(ready))
    return {
      value,
      groups: ready.entry.groups,
      l1Stored,
      l2Stored: write !== undefined,
      written,
    }
  }

  #since({ beganAtMs }: LoadStart): number {
    return this.#parts.monotonicNow() - beganAtMs
  }

  #tell(operation: LoadOperation, durationMs: number, outcome: LoadOutcome): void {
    operation.outcome = outcome
    const { emit, stats } = this.#parts
    const { policy } = this.#rules
    stats.of(policy).loadTimes.record(durationMs)
    emit({ type: 'load', key: this.#key, policy, durationMs, outcome })
  }
}
