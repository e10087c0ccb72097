import { setTimeout as sleep } from 'node:timers/promises'
import { withDeadline } from '../deadline.ts'
import type { RedisArgument, RedisLike } from '../redis-like.ts'
import {
  type CompleteInvalidation,
  EVERYTHING,
  decodeInvalidation,
  encodeInvalidation,
} from './invalidation.ts'
import type { InvalidationLog, LogListener } from './invalidation-log.ts'
import { APPEND_SCRIPT, type LogEntry, readEntries, readStream } from './redis-log-entry.ts'

export interface RedisLogOptions {
  readonly redis: RedisLike
  /** The stream's key. */
  readonly key: string
  /** How many entries are kept, at least. */
  readonly maxLength: number
  /** How long an append may take, in ms. */
  readonly timeoutMs: number
  /** How long one blocking read waits, in ms; its empty answer is the proof that nothing is new. */
  readonly blockMs: number
  readonly now: () => number
}

const PAGE = 1_000
const RECONNECT_MS = 100

/**
 * The log as a Redis Stream. One connection of its own tails it. Three checks make a lost entry impossible to overlook:
 * each entry names its predecessor, so a gap shows at the next entry; an idle read compares the stream's end with the
 * cursor, so a wiped stream shows within `blockMs`; and a server that has restarted or failed over counts as a gap.
 */
export class RedisLog implements InvalidationLog {
  head = 0
  heardAtMs = Number.NEGATIVE_INFINITY
  isCaughtUp = false
  readonly #options: RedisLogOptions
  readonly #reader: RedisLike
  #listener: LogListener | undefined
  #cursor: number | undefined
  #server: string | undefined
  #closed = false
  #isLost = false
  #running: Promise<void> = Promise.resolve()

  constructor(options: RedisLogOptions) {
    this.#options = options
    this.#reader = options.redis.duplicate({
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      // A read that waits for news takes longer than any command of a request may.
      commandTimeout: undefined,
      socketTimeout: undefined,
      autoResendUnfulfilledCommands: false,
      // This class reconnects by itself, since it must look for gaps each time.
      retryStrategy: () => null,
    })
    // Without a listener an error event would end the process; each failed call reports it too.
    this.#reader.on('error', () => {})
  }

  start(listener: LogListener): void {
    this.#listener = listener
    this.#running = this.#tail(listener)
  }

  async append(invalidation: CompleteInvalidation): Promise<number> {
    const { redis, timeoutMs } = this.#options
    if (redis.status !== 'ready') throw new Error(`Redis is not connected (${redis.status}).`)
    const reply = redis.call('EVAL', APPEND_SCRIPT, ...this.#appendArguments(invalidation))
    return this.#noteAppended(await withDeadline(reply, timeoutMs, 'Appending to the invalidation log'))
  }

  async close(): Promise<void> {
    this.#closed = true
    this.isCaughtUp = false
    this.#hangUp()
    await this.#running
  }

  async #tail(listener: LogListener): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#connect()
        while (!this.#closed) await this.#readOnce(listener)
      } catch (error) {
        const wasLost = this.#isLost
        this.#isLost = true
        this.isCaughtUp = false
        this.#hangUp()
        if (this.#closed) return
        if (!wasLost) listener.lost(error)
        await sleep(RECONNECT_MS, undefined, { ref: false })
      }
    }
  }

  /** A frozen server never answers a polite goodbye, and the socket would wait for it. */
  #hangUp(): void {
    this.#reader.disconnect()
    this.#reader.stream?.destroy()
  }

  async #connect(): Promise<void> {
    const { key } = this.#options
    if (this.#reader.status !== 'ready') await this.#within(this.#reader.connect(), 'Connecting to Redis')
    const info = String(await this.#ask('INFO', 'server'))
    const server = /^run_id:(\w+)/m.exec(info)?.[1] ?? ''
    const isOther = this.#server !== undefined && server !== this.#server
    this.#server = server
    const first = readEntries(await this.#ask('XRANGE', key, '-', '+', 'COUNT', 1))[0]
    // Another server, or the same one restarted from an older snapshot: its end of the log may not be ours.
    if (isOther || first === undefined) await this.#beginAnew()
    else if (this.#cursor === undefined) {
      // What stood before the first entry is not known: the stream may have been cut, or evicted and begun again.
      this.#reset(first.seq)
      this.#cursor = first.previous
    }
  }

  async #readOnce(listener: LogListener): Promise<void> {
    const { key, blockMs, now } = this.#options
    const cursor = this.#cursor ?? 0
    const block = this.isCaughtUp ? ['BLOCK', blockMs] : []
    const askedAtMs = now()
    const reply = await this.#within(
      this.#reader.call('XREAD', 'COUNT', PAGE, ...block, 'STREAMS', key, `${cursor}-0`),
      'Reading the log',
      blockMs,
    )
    const entries = readStream(reply)
    for (const entry of entries) this.#take(entry, listener)
    if (entries.length === 0) {
      const last = await this.#lastSeq()
      if (last === undefined || last < cursor) await this.#beginAnew()
    }
    if (entries.length === PAGE) return
    // The answer proves that nothing was missing when the question was asked.
    this.heardAtMs = askedAtMs
    this.#isLost = false
    if (this.isCaughtUp) return
    this.isCaughtUp = true
    listener.caughtUp()
  }

  #take(entry: LogEntry, listener: LogListener): void {
    if (entry.previous !== this.#cursor) this.#reset(entry.seq)
    this.#cursor = entry.seq
    this.head = Math.max(this.head, entry.seq)
    listener.invalidated(decodeInvalidation(entry.payload), entry.seq)
  }

  /**
   * Entries were lost on the way, or there never were any: nothing that was written before this moment can be checked. An
   * entry that invalidates everything says so to all processes, and those that start later find it at the beginning.
   */
  async #beginAnew(): Promise<void> {
    const reply = await this.#ask('EVAL', APPEND_SCRIPT, ...this.#appendArguments(EVERYTHING))
    this.#cursor = this.#noteAppended(reply)
    this.#reset(this.#cursor)
  }

  #appendArguments(invalidation: CompleteInvalidation): RedisArgument[] {
    const { key, maxLength } = this.#options
    return [1, key, encodeInvalidation(invalidation), maxLength, this.head]
  }

  #noteAppended(reply: unknown): number {
    const seq = Number(reply)
    this.head = Math.max(this.head, seq)
    return seq
  }

  #reset(floor: number): void {
    this.head = Math.max(this.head, floor)
    this.#listener?.reset(floor)
  }

  async #lastSeq(): Promise<number | undefined> {
    return readEntries(await this.#ask('XREVRANGE', this.#options.key, '+', '-', 'COUNT', 1))[0]?.seq
  }

  #ask(command: string, ...args: RedisArgument[]): Promise<unknown> {
    return this.#within(this.#reader.call(command, ...args), `${command} on the invalidation log`)
  }

  /** A frozen server never answers and never closes: without a limit the tail would wait for ever. */
  #within<T>(work: Promise<T>, what: string, extraMs = 0): Promise<T> {
    return withDeadline(work, Math.max(this.#options.timeoutMs, 500) + extraMs, what)
  }
}
