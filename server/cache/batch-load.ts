import { ThermoclineError, describeValue } from '../../policy/index.ts'
import type { L2Write, LeaseReply } from '../l2/l2-driver.ts'
import type { LoadOperation } from '../observe/cache-operation.ts'
import type { CacheParts, LoadStart } from './cache-parts.ts'
import type { LoadOutcome } from './cache-event.ts'
import type { EntryRules } from './entry-rules.ts'
import { Gather } from './gather.ts'
import type { LeaseQuestion } from './l2-tier.ts'
import { type DueLoad, type LoadResult, type LoadSource, keepLoaded, outcomeOf } from './load-source.ts'
import type { LoadContext } from './running-loads.ts'

/** Makes the values of some keys: a map, or as many values as there were keys, in their order. What is left out or `undefined` is not there. */
export type BatchLoader<T> = (
  keys: readonly string[],
  context: Omit<LoadContext, 'key'>,
) => Promise<BatchValues<T>> | BatchValues<T>

export type BatchValues<T> = ReadonlyMap<string, T> | readonly (T | undefined)[]

interface Waiting<T> {
  readonly due: DueLoad<T>
  readonly resolve: (result: LoadResult<T>) => void
  readonly reject: (error: unknown) => void
}

/**
 * Many keys' questions as one: what is asked of L2 in one turn of the event loop is asked together, and the loader is called
 * once with the keys that it falls to this process to load, as soon as that is known of all. A key that another process is
 * loading holds up nobody; if it falls to this process after all, the loader is called again, with all that do so at once.
 */
export class BatchLoad<T> implements LoadSource<T> {
  readonly #parts: CacheParts
  readonly #rules: EntryRules<T>
  readonly #loadMany: BatchLoader<T>
  /** Keys of which it is not known yet whether they are to be loaded here. */
  readonly #undecided = new Set<string>()
  readonly #reads: Gather<string, Buffer | undefined | 'unanswered'>
  readonly #leases: Gather<LeaseQuestion, LeaseReply | undefined>
  #due: Waiting<T>[] = []
  #next: NodeJS.Immediate | undefined
  #hasCalled = false

  constructor(parts: CacheParts, rules: EntryRules<T>, loadMany: BatchLoader<T>) {
    this.#parts = parts
    this.#rules = rules
    this.#loadMany = loadMany
    const { l2 } = parts
    this.#reads = new Gather<string, Buffer | undefined | 'unanswered'>(async (keys) => {
      const replies = (await l2?.getMany(keys)) ?? []
      return replies.length > 0 ? replies : keys.map(() => 'unanswered')
    })
    this.#leases = new Gather(async (questions) => l2?.getOrLeaseMany(questions) ?? [])
  }

  read(key: string): Promise<Buffer | undefined | 'unanswered'> {
    return this.#reads.ask(key)
  }

  lease(question: LeaseQuestion): Promise<LeaseReply | undefined> {
    return this.#leases.ask(question)
  }

  load(due: DueLoad<T>): Promise<LoadResult<T>> {
    return new Promise((resolve, reject) => {
      this.#due.push({ due, resolve, reject })
      this.#decide(due.key)
    })
  }

  follow(key: string, state: 'asking' | 'waiting' | 'done'): void {
    if (state === 'asking') this.#undecided.add(key)
    else if (this.#undecided.has(key)) this.#decide(key)
  }

  #decide(key: string): void {
    this.#undecided.delete(key)
    if (this.#undecided.size > 0 || this.#due.length === 0 || this.#next !== undefined) return
    if (this.#hasCalled) this.#next = setImmediate(() => this.#callAll())
    else this.#callAll()
  }

  #callAll(): void {
    const waiting = this.#due
    this.#due = []
    this.#next = undefined
    this.#hasCalled = true
    void this.#call(waiting)
  }

  async #call(waiting: readonly Waiting<T>[]): Promise<void> {
    const { stats, trace, namespace } = this.#parts
    const { policy } = this.#rules
    const keys = waiting.map(({ due }) => due.key)
    const isBackground = waiting.every(({ due }) => due.isBackground)
    stats.of(policy).loads += 1
    const operation: LoadOperation = { kind: 'load', namespace, keys, policy, isBackground }
    try {
      await trace(operation, () => this.#run(waiting, keys, operation))
    } catch (error) {
      for (const { due, reject } of waiting) {
        void due.lease?.fail(error)
        reject(error)
      }
    }
  }

  async #run(waiting: readonly Waiting<T>[], keys: readonly string[], operation: LoadOperation) {
    const { loads, failures, monotonicNow } = this.#parts
    const starts = waiting.map(({ due }) => due.begin())
    const beganAtMs = monotonicNow()
    let given: readonly T[]
    let values: readonly T[]
    try {
      const load = async (context: LoadContext) => inOrder(await this.#loadMany([...keys], context), keys)
      given = await loads.run(keys[0] ?? '', load, this.#rules.hardTimeoutMs)
      // All or nothing: what gives one value that does not fit is not believed in the others.
      values = given.map((each, index) => this.#rules.valueOf(each, keys[index] ?? ''))
    } catch (error) {
      this.#tell(operation, monotonicNow() - beganAtMs, outcomeOf(error))
      throw error
    }
    const loadMs = monotonicNow() - beganAtMs
    const writes: L2Write[] = []
    // Said to have ended when the last of them is: they share one round trip.
    let tellWritten!: () => void
    const written = new Promise<void>((resolve) => {
      tellWritten = resolve
    })
    const outcomes = waiting.map(({ due, resolve }, index) => {
      failures.succeeded(due.key)
      const loaded = {
        value: values[index] as T,
        given: given[index] as T,
        start: starts[index] as LoadStart,
        loadMs,
      }
      const { result, outcome } = keepLoaded(due, loaded, (write) => {
        writes.push(write)
        return written
      })
      resolve(result)
      return outcome
    })
    const isInVain = outcomes.every((outcome) => outcome === 'overtaken')
    this.#tell(operation, loadMs, isInVain ? 'overtaken' : 'loaded')
    void this.#parts.l2?.setMany(writes).then(tellWritten)
  }

  #tell(operation: LoadOperation, durationMs: number, outcome: LoadOutcome): void {
    operation.outcome = outcome
    const { emit, stats } = this.#parts
    const { policy } = this.#rules
    const [key = '', ...others] = operation.keys
    const counters = stats.of(policy)
    counters.loadTimes.record(durationMs)
    if (outcome === 'failed' || outcome === 'timed-out') counters.loadErrors += 1
    emit({ type: 'load', key, others: others.length, policy, durationMs, outcome })
  }
}

/** `undefined` for what is not there. */
function inOrder<T>(values: BatchValues<T>, keys: readonly string[]): readonly T[] {
  if (values instanceof Map) {
    const byKey = values as ReadonlyMap<string, T>
    if (byKey.size > 0 && !keys.some((key) => byKey.has(key))) throw ofOthers(byKey, keys)
    return keys.map((key) => byKey.get(key) as T)
  }
  if (Array.isArray(values) && values.length === keys.length) return values as readonly T[]
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
