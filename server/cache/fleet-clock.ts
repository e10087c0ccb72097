import { withDeadline } from '../deadline.ts'
import type { RedisClusterLike, RedisLike } from '../redis-like.ts'

export interface FleetClockOptions {
  readonly redis: RedisLike | RedisClusterLike
  /** A key of the server to go by: on a Cluster the nodes have clocks of their own. */
  readonly key: string
  /** This process's wall clock, in ms since the epoch. */
  readonly now: () => number
}

const TIME = "return redis.call('TIME')"
const EVERY_MS = 30_000
/** As long as Redis has never answered: its client may still be connecting. */
const FIRST_MS = 500
const LIMIT_MS = 1_000
/** Clocks that differ by less are taken to agree: a question takes its time on the way, and nobody knows how much of it each way. */
const TOLERANCE_MS = 1_000

/**
 * The wall clock that the fleet has in common: this process's own, corrected by what Redis says the time is, if they
 * differ by more than a second (Cristian, "Probabilistic clock synchronization", Distributed Computing 3, 1989).
 * The ends of lifetimes in L2 are written by one process and read by another, and a container's clock may be hours off.
 */
export class FleetClock {
  readonly #options: FleetClockOptions
  #timer: NodeJS.Timeout | undefined
  #offsetMs = 0
  #isSet = false
  #isClosed = false

  constructor(options: FleetClockOptions) {
    this.#options = options
    this.#schedule()
  }

  readonly now = (): number => this.#options.now() + this.#offsetMs

  /** Whether Redis has been asked, and has answered. */
  get isSet(): boolean {
    return this.#isSet
  }

  /** Asks Redis for the time. Never rejects: without an answer all stays as it was. */
  async compare(): Promise<void> {
    const { redis, key, now } = this.#options
    if (redis.status !== 'ready') return
    try {
      const askedAtMs = performance.now()
      const reply = await withDeadline(redis.call('eval', TIME, 1, key), LIMIT_MS, 'Redis TIME')
      const tookMs = performance.now() - askedAtMs
      const [seconds, micros] = (reply as [unknown, unknown]).map(Number) as [number, number]
      const aheadMs = seconds * 1_000 + micros / 1_000 + tookMs / 2 - now()
      if (!Number.isFinite(aheadMs)) return
      this.#isSet = true
      const unsureMs = Math.max(TOLERANCE_MS, tookMs)
      if (Math.abs(aheadMs - this.#offsetMs) <= unsureMs) return
      this.#offsetMs = Math.abs(aheadMs) <= TOLERANCE_MS ? 0 : Math.round(aheadMs)
    } catch {
      // The next time will do, and until then no lifetime is longer than its reader allows.
    }
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  #schedule(): void {
    // A cache that nobody closed, and nobody holds any more, must not live on by its timer.
    const self = new WeakRef(this)
    const tick = () => {
      const clock = self.deref()
      if (clock !== undefined) void clock.#tick()
    }
    this.#timer = setTimeout(tick, this.#isSet ? EVERY_MS : FIRST_MS).unref()
  }

  async #tick(): Promise<void> {
    await this.compare()
    if (!this.#isClosed) this.#schedule()
  }
}
