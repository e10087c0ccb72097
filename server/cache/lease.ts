import type { L2Write } from '../l2/l2-driver.ts'
import type { CacheEvent } from './cache-event.ts'
import type { L2Tier } from './l2-tier.ts'
import { messageOf } from './message-of.ts'

const LONGEST_MESSAGE = 500

export interface LeaseOptions {
  readonly l2: L2Tier
  readonly key: string
  readonly token: string
  readonly leaseMs: number
  readonly emit: (event: CacheEvent) => void
  /** Called when it has ended. */
  readonly onEnd: (lease: Lease) => void
}

/** The right to load one key for all, for as long as this process lives and says so. */
export class Lease {
  readonly #options: LeaseOptions
  readonly #renewal: NodeJS.Timeout

  constructor(options: LeaseOptions) {
    this.#options = options
    this.#renewal = setInterval(() => void this.#renew(), options.leaseMs / 3)
    this.#renewal.unref()
  }

  /** The value is there: L2 gets it and all who wait are told. Resolves with whether the lease was still ours. */
  async store(write: L2Write): Promise<boolean> {
    return this.#end('stored', write)
  }

  /** There is no value for others. `local`: they must load for themselves; `again`: one of them; `nothing`: there is nothing to load. */
  async giveBack(outcome: 'local' | 'again' | 'nothing'): Promise<void> {
    await this.#end(outcome)
  }

  async fail(error: unknown): Promise<void> {
    await this.#end(`failed:${messageOf(error).slice(0, LONGEST_MESSAGE)}`)
  }

  async #renew(): Promise<void> {
    const { l2, key, token, leaseMs, emit } = this.#options
    if ((await l2.renew(key, token, leaseMs)) !== false) return
    clearInterval(this.#renewal)
    emit({ type: 'lease', key, outcome: 'lost' })
  }

  async #end(outcome: string, write?: L2Write): Promise<boolean> {
    clearInterval(this.#renewal)
    const { l2, key, token, emit, onEnd } = this.#options
    onEnd(this)
    // With the token, since a message of an earlier holder may still be on its way.
    const isOurs = await l2.release(key, token, `${token} ${outcome}`, write)
    if (isOurs === false) emit({ type: 'lease', key, outcome: 'lost' })
    return isOurs === true
  }
}
