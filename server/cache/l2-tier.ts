import { createHash } from 'node:crypto'
import { Deadlines } from '../deadlines.ts'
import type { L2Driver, L2Write, LeaseReply, LeaseTerms } from '../l2/l2-driver.ts'
import type { CacheTracer } from '../observe/cache-operation.ts'
import { type BreakerState, CircuitBreaker } from './circuit-breaker.ts'

export interface L2TierOptions {
  readonly driver: L2Driver
  /** Goes before each key, with a letter for the kind of key. */
  readonly prefix: string
  readonly timeoutMs: number
  readonly now: () => number
  /** Told of each failed command, never of a value. */
  readonly onError: (operation: string, error: unknown) => void
  /** Told when the breaker opens, tries and closes. */
  readonly onBreaker: (state: BreakerState) => void
  /** Shows what is asked to whoever traces; `undefined` where nobody does at the moment. */
  readonly tracer: () => CacheTracer | undefined
  readonly namespace: string
}

/** One key, and who asks for the right to load it. */
export interface LeaseQuestion {
  readonly key: string
  readonly token: string
  readonly ttlMs: number
  readonly terms: LeaseTerms
}

const FAILURES_TO_OPEN = 3
const OPEN_MS = 1_000
const LONGEST_KEY = 200
const AWKWARD = /[{}]|\p{Surrogate}/u
const NOTHING: readonly undefined[] = []

/**
 * A store as the cache sees it: a call never throws, never queues behind a connection that is not there and never takes longer
 * than `timeoutMs`. What failed reads as `undefined`, like a miss.
 */
export class L2Tier {
  readonly #driver: L2Driver
  readonly #prefix: string
  readonly #longestKey: number
  readonly #onError: L2TierOptions['onError']
  readonly #breaker: CircuitBreaker
  readonly #deadlines: Deadlines
  readonly #tracer: L2TierOptions['tracer']
  readonly #namespace: string

  constructor({ driver, prefix, timeoutMs, now, onError, onBreaker, tracer, namespace }: L2TierOptions) {
    this.#tracer = tracer
    this.#namespace = namespace
    this.#driver = driver
    this.#prefix = prefix
    // A character takes three bytes at the most; the rest is the letter and the braces.
    this.#longestKey = Math.min(LONGEST_KEY, Math.floor((driver.maxKeyBytes - prefix.length - 4) / 3))
    this.#onError = onError
    this.#breaker = new CircuitBreaker(FAILURES_TO_OPEN, OPEN_MS, now, onBreaker)
    this.#deadlines = new Deadlines(timeoutMs)
  }

  /** Whether a call would be tried now. */
  get isAvailable(): boolean {
    return this.#driver.isReady && this.#breaker.state !== 'open'
  }

  get breaker(): BreakerState {
    return this.#breaker.state
  }

  get givesLeases(): boolean {
    return this.#driver.leases !== undefined
  }

  /** A larger value is not written. */
  get maxValueBytes(): number {
    return this.#driver.maxValueBytes
  }

  /** Whether leases that are given back are heard of. */
  get isListening(): boolean {
    return this.#driver.leases?.isListening === true
  }

  /** `undefined`: it is not there. `unanswered`: there is no knowing. */
  get(key: string): Promise<Buffer | undefined | 'unanswered'> {
    return this.#run('get', () => this.#driver.get(this.storedKey(key)), 'unanswered', [key])
  }

  /** In the order of the keys; empty where L2 did not answer. */
  getMany(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]> {
    const read = () => this.#driver.getMany(keys.map((key) => this.storedKey(key)))
    return this.#run('getMany', read, NOTHING, keys)
  }

  async set(write: L2Write): Promise<void> {
    await this.#run('set', () => this.#driver.set(this.#writeOf(write)), undefined)
  }

  async setMany(writes: readonly L2Write[]): Promise<void> {
    if (writes.length === 0) return
    const write = () => this.#driver.setMany(writes.map((each) => this.#writeOf(each)))
    await this.#run('set', write, undefined)
  }

  async touch(key: string, ttlMs: number): Promise<void> {
    const driver = this.#driver
    if (driver.touch === undefined) return
    await this.#run('touch', async () => driver.touch?.(this.storedKey(key), ttlMs), undefined)
  }

  async delete(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return
    await this.#run('delete', () => this.#driver.delete(keys.map((key) => this.storedKey(key))), undefined)
  }

  /** Gives back the room of everything that is kept. Nothing depends on it: what was invalidated is not used wherever it lies. */
  async deleteAll(): Promise<void> {
    if (!this.isAvailable) return
    try {
      // Without a limit of time: it takes as long as there are keys, and nobody waits for it.
      await this.#driver.deletePrefix?.(this.#prefix)
    } catch (error) {
      this.#onError('clear', error)
    }
  }

  /** In one round trip and in the order of the questions; empty where there is no knowing, so that whoever asks loads. */
  async getOrLeaseMany(questions: readonly LeaseQuestion[]): Promise<readonly (LeaseReply | undefined)[]> {
    const { leases } = this.#driver
    let answers: Promise<LeaseReply | undefined>[] = []
    const askAll = () => {
      answers = questions.map(async ({ key, token, ttlMs, terms }) =>
        leases?.getOrLease(this.storedKey(key), token, ttlMs, terms),
      )
      return Promise.all(answers)
    }
    const keys = questions.map(({ key }) => key)
    const replies = await this.#run('lease', askAll, undefined, keys)
    if (replies !== undefined) return replies
    // An answer that comes too late, or beside one that failed, may have given a lease that nobody knows of.
    for (const [index, answer] of answers.entries()) {
      const { key, token } = questions[index] as LeaseQuestion
      answer.then(
        (late) =>
          late?.kind === 'leased' &&
          leases?.release(this.storedKey(key), token, `${token} again`).catch(() => {}),
        () => {},
      )
    }
    return []
  }

  async renew(key: string, token: string, ttlMs: number): Promise<boolean | undefined> {
    const { leases } = this.#driver
    return this.#run('renew', async () => leases?.renew(this.storedKey(key), token, ttlMs), undefined)
  }

  async release(key: string, token: string, outcome: string, write?: L2Write): Promise<boolean | undefined> {
    const { leases } = this.#driver
    const stored = write && this.#writeOf(write)
    const release = async () => leases?.release(this.storedKey(key), token, outcome, stored)
    return this.#run('release', release, undefined)
  }

  /** Hears of leases that are given back; of keys as this tier names them. */
  listen(listener: (storedKey: string, outcome: string) => void): void {
    this.#driver.leases?.listen(listener)
  }

  close(): Promise<void> {
    return this.#driver.close()
  }

  /**
   * Keys may hold what visitors typed. A long one, or one that UTF-8 or a Cluster can't tell from another, is kept under its
   * digest, and in a place of its own, so that nobody can type the key under which a long one is kept. The braces make a
   * Cluster keep all that belongs to a key on one node.
   */
  storedKey(key: string): string {
    if (key.length <= this.#longestKey && !AWKWARD.test(key)) return `${this.#prefix}v:{${key}}`
    const digest = createHash('sha256').update(Buffer.from(key, 'utf16le')).digest('base64url')
    return `${this.#prefix}h:{${digest}}`
  }

  /** Its size was looked at when it was made ready. */
  #writeOf({ key, bytes, ttlMs }: L2Write): L2Write {
    return { key: this.storedKey(key), bytes, ttlMs }
  }

  /** With `keys` it is a question, and shown to those who trace. */
  async #run<R, Otherwise>(
    operation: string,
    call: () => Promise<R>,
    otherwise: Otherwise,
    keys?: readonly string[],
  ): Promise<R | Otherwise> {
    const { name, isReady } = this.#driver
    // A client would queue the command until it reconnects, and the request would wait with it.
    if (!isReady || !this.#breaker.allows()) return otherwise
    const tracer = keys && this.#tracer()
    try {
      const ask = () => this.#deadlines.bound(call(), `${name} ${operation}`)
      const reply = await (tracer === undefined
        ? ask()
        : tracer({ kind: 'l2', namespace: this.#namespace, driver: name, operation, keys: keys ?? [] }, ask))
      this.#breaker.succeeded()
      return reply
    } catch (error) {
      // A healthy server that can't do this one thing, such as reading a key of another type, is no outage.
      if (error instanceof Error && error.message.startsWith('WRONGTYPE')) this.#breaker.succeeded()
      else this.#breaker.failed()
      this.#onError(operation, error)
      return otherwise
    }
  }
}
