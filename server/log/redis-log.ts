import { setTimeout as sleep } from 'node:timers/promises'
import { withDeadline } from '../deadline.ts'
import type { RedisClusterLike, RedisLike } from '../redis-like.ts'
import { type FleetAnswer, type FleetState, FleetWait } from './fleet-wait.ts'
import { type CompleteInvalidation, NOTHING, decodeInvalidation, isNothing } from './invalidation.ts'
import type { InvalidationLog, LogListener } from './invalidation-log.ts'
import type { LogEntry } from './log-entry.ts'
import type { LogPage } from './log-page.ts'
import { type Call, LogStore } from './log-store.ts'
import { memberName } from './member-name.ts'
import { OwnEntries } from './own-entries.ts'
import { TailConnection } from './tail-connection.ts'

export interface RedisLogOptions {
  readonly redis: RedisLike | RedisClusterLike
  /** The stream's key. Its neighbours share its hash tag: `{shop}:log` has `{shop}:log:epoch` and `{shop}:log:members`. */
  readonly key: string
  /** How many entries are kept, at least. */
  readonly maxLength: number
  /** How long an append may take, in ms. */
  readonly timeoutMs: number
  /** How long one blocking read waits, in ms; its empty answer is the proof that nothing is new. */
  readonly blockMs: number
  /** For how many ms after the last word from the log this process uses what it holds. @default four times `blockMs` */
  readonly maxLagMs?: number | undefined
  readonly now: () => number
}

const PAGE = 1_000
const RECONNECT_MS = 100

/**
 * The log as a Redis Stream. One connection of its own tails it. Four checks make a lost entry impossible to overlook: each
 * entry names its predecessor, so a gap shows at the next entry; an idle read compares the stream's end with the cursor, so a wiped
 * stream shows within `blockMs`; a server that has restarted or taken over counts as a gap; and who appended something that
 * then is not met, or had met something that is not there any more, has everybody begin anew.
 *
 * A server that refuses writes (read-only, loading, failing to save, a Cluster that is down) counts as away: nobody could tell the log
 * anything, so its silence proves nothing.
 */
export class RedisLog implements InvalidationLog {
  readonly member = memberName()
  /** Numbers are the server's time, and never run back. */
  readonly life = ''
  head = 0
  heardAtMs = Number.NEGATIVE_INFINITY
  isCaughtUp = false
  readonly #options: RedisLogOptions
  readonly #store: LogStore
  readonly #tail: TailConnection
  readonly #fleet: FleetWait
  readonly #own = new OwnEntries()
  #listener: LogListener | undefined
  #cursor: number | undefined
  /** The run of the server that is read. */
  #run: string | undefined
  /** Where the log was last begun anew, as far as this process knows. */
  #floor = 0
  #beatAtMs = Number.NEGATIVE_INFINITY
  #closed = false
  #isLost = false
  #running: Promise<void> = Promise.resolve()

  constructor(options: RedisLogOptions) {
    const { redis, key, maxLength, blockMs, maxLagMs = 4 * blockMs } = options
    this.#options = options
    this.#tail = new TailConnection(redis, key)
    this.#store = new LogStore({
      key,
      maxLength,
      member: this.member,
      // As long as it may use what it holds; and between two heartbeats it may have heard of the log once more.
      memberMs: maxLagMs + blockMs,
    })
    this.#fleet = new FleetWait({
      member: this.member,
      askAll: () => this.#append(NOTHING, true),
      look: () => this.#lookAtFleet(),
      // What was appended elsewhere shows as lost at the latest when the tail has come past its number.
      pointOf: (seq) =>
        this.#own.isLost || (this.#cursor ?? 0) < seq ? undefined : Math.max(seq, this.#floor),
    })
  }

  get lagMs(): number {
    return Math.max(0, this.#options.now() - this.heardAtMs)
  }

  start(listener: LogListener): void {
    this.#listener = listener
    this.#running = this.#read(listener)
  }

  async append(invalidation: CompleteInvalidation, isAwaited = false): Promise<number> {
    const seq = await this.#append({ ...invalidation, at: Date.now() }, isAwaited)
    if (isAwaited) this.#fleet.asked(seq)
    return seq
  }

  passedBy(seq: number, timeoutMs: number): Promise<FleetAnswer> {
    return this.#fleet.passedBy(seq, timeoutMs)
  }

  async since(seq: number): Promise<LogPage | undefined> {
    // Entries name their predecessors: where that is another one, what stood in between was cut off or wiped. One entry tells, and
    // anybody may come with a number that is long gone.
    const [next] = await this.#store.read(this.#call, seq, 1)
    if (next === undefined) return { entries: [], cursor: seq, isEnd: true }
    if (next.previous !== seq) return undefined
    const found = await this.#store.read(this.#call, seq, PAGE)
    if (found[0]?.seq !== next.seq) return undefined
    const entries = found.flatMap(({ seq: own, payload }) => {
      const invalidation = decodeInvalidation(payload)
      return isNothing(invalidation) ? [] : [{ seq: own, invalidation }]
    })
    return { entries, cursor: found.at(-1)?.seq ?? seq, isEnd: found.length < PAGE }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.isCaughtUp = false
    this.#fleet.close()
    this.#tail.hangUp()
    await this.#running
    if (this.#run === undefined) return
    // A courtesy to those who wait for the fleet; else it is missed for a while.
    await this.#store.leave(this.#call).catch(() => {})
  }

  async #append(invalidation: CompleteInvalidation, isAwaited: boolean): Promise<number> {
    const { seq, run } = await this.#store.append(this.#call, invalidation, this.head, isAwaited)
    if (!isNothing(invalidation)) this.#own.note(seq, run, { run: this.#run, cursor: this.#cursor ?? 0 })
    this.head = Math.max(this.head, seq)
    return seq
  }

  async #lookAtFleet(): Promise<FleetState | undefined> {
    const { run, ...state } = await this.#store.fleet(this.#call)
    // Another server is or was the master, and those who read here do not report to it.
    return run === this.#run ? state : undefined
  }

  /** On the application's connection. */
  readonly #call: Call = (command, ...args) => {
    const { redis, timeoutMs } = this.#options
    const { status } = redis
    if (status !== 'ready') return Promise.reject(new Error(`Redis is not connected (${status}).`))
    return withDeadline(redis.call(command, ...args), timeoutMs, `${command} on the invalidation log`)
  }

  /** On the tail's own. */
  readonly #ask: Call = (command, ...args) =>
    this.#within(this.#tail.call(command, ...args), `${command} on the invalidation log`)

  async #read(listener: LogListener): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#connect()
        while (!this.#closed) await this.#readOnce(listener)
      } catch (error) {
        const wasLost = this.#isLost
        this.#isLost = true
        this.isCaughtUp = false
        this.#tail.hangUp()
        if (this.#closed) return
        if (!wasLost) listener.lost(error)
        await sleep(RECONNECT_MS, undefined, { ref: false })
      }
    }
  }

  async #connect(): Promise<void> {
    await this.#within(this.#tail.open(), 'Connecting to Redis')
    const info = String(await this.#ask('INFO', 'server'))
    const run = /^run_id:(\w+)/m.exec(info)?.[1] ?? ''
    await this.#begin(run)
  }

  async #readOnce(listener: LogListener): Promise<void> {
    const { blockMs, now } = this.#options
    const askedAtMs = now()
    const { mark } = this.#own
    const entries = await this.#store.read(
      (...command) => this.#within(this.#tail.call(...command), 'Reading the log', blockMs),
      this.#cursor ?? 0,
      PAGE,
      this.isCaughtUp ? blockMs : undefined,
    )
    for (const entry of entries) this.#take(entry, listener)
    const isAtEnd = entries.length === 0
    const isDue = now() - this.#beatAtMs >= blockMs
    if (isAtEnd || isDue || entries.some(({ isAwaited }) => isAwaited)) {
      const last = await this.#beat()
      if (isAtEnd) this.#own.meetEnd(mark, this.#run)
      if (isAtEnd && (last === 0 || last < (this.#cursor ?? 0))) await this.#begin(this.#run ?? '')
    }
    if (this.#own.isLost) await this.#begin(this.#run ?? '', true)
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
    this.#own.meet(entry.seq, this.#run)
    if (entry.isAwaited) this.#fleet.asked(entry.seq)
    this.head = Math.max(this.head, entry.seq)
    const invalidation = decodeInvalidation(entry.payload)
    if (!isNothing(invalidation)) listener.invalidated(invalidation, entry.seq)
  }

  /**
   * Finds out where to read on. Where entries were lost on the way, or there never were any, nothing that was written before this
   * moment can be checked: an entry that invalidates everything says so to all processes, and those that start later find it.
   */
  async #begin(run: string, isForced = false): Promise<void> {
    const before = { run: this.#run, cursor: this.#cursor }
    const { mark, losses } = this.#own
    const askedAtMs = this.#options.now()
    const { floor, cursor, isNew } = await this.#store.begin(this.#ask, run, before, this.head, isForced)
    this.#run = run
    this.#beatAtMs = askedAtMs
    if (isNew) this.#own.makeGood({ mark, losses })
    if (floor === undefined) return
    this.#cursor = cursor
    this.#floor = Math.max(this.#floor, floor)
    this.#reset(floor)
    this.#own.meet(cursor, run)
  }

  async #beat(): Promise<number> {
    const askedAtMs = this.#options.now()
    const last = await this.#store.beat(this.#ask, this.#cursor ?? 0)
    this.#beatAtMs = askedAtMs
    return last
  }

  #reset(floor: number): void {
    this.head = Math.max(this.head, floor)
    this.#listener?.reset(floor)
  }

  /** A frozen server never answers and never closes: without a limit the tail would wait for ever. */
  #within<T>(work: Promise<T>, what: string, extraMs = 0): Promise<T> {
    return withDeadline(work, Math.max(this.#options.timeoutMs, 500) + extraMs, what)
  }
}
