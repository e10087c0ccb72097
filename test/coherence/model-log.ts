import type { CompleteInvalidation } from '../../server/log/invalidation.ts'
import type { InvalidationLog, LogListener } from '../../server/log/invalidation-log.ts'
import type { RedisLogOptions } from '../../server/log/redis-log.ts'
import type { ModelRedis, ModelServer } from './model-redis.ts'

/** The log on the model's server: entries arrive in order, each when its turn comes; an append or its answer may be lost. */
export class ModelLog implements InvalidationLog {
  readonly heardAtMs = Number.POSITIVE_INFINITY
  readonly isCaughtUp = true
  head = 0
  readonly #redis: ModelRedis
  readonly #server: ModelServer
  #cursor = 0

  constructor({ redis }: RedisLogOptions) {
    this.#redis = redis as ModelRedis
    this.#server = this.#redis.server
  }

  start(listener: LogListener): void {
    this.#server.tails.push(() => void this.#deliverNext(listener))
    listener.caughtUp()
  }

  async append(invalidation: CompleteInvalidation): Promise<number> {
    const { scheduler } = this.#server
    await scheduler.turn()
    if (this.#server.fails()) throw new Error('The log can not be reached.')
    const seq = this.#server.append(invalidation)
    await scheduler.turn()
    if (this.#server.fails()) throw new Error('The answer was lost.')
    this.head = Math.max(this.head, seq)
    return seq
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  async #deliverNext(listener: LogListener): Promise<void> {
    await this.#server.scheduler.turn()
    const entry = this.#server.entries[this.#cursor]
    if (entry === undefined) return
    this.#cursor += 1
    this.head = Math.max(this.head, entry.seq)
    listener.invalidated(entry.invalidation, entry.seq)
    this.#redis.heard(entry)
    // As a tail that was away does when it is back: what was queued is replayed.
    listener.caughtUp()
  }
}
