import type { CompleteInvalidation } from '../../server/log/invalidation.ts'
import type { FleetAnswer } from '../../server/log/fleet-wait.ts'
import type { InvalidationLog, LogListener } from '../../server/log/invalidation-log.ts'
import type { RedisLogOptions } from '../../server/log/redis-log.ts'
import type { ModelRedis, ModelServer } from './model-redis.ts'

/** The log on the model's server: entries arrive in order, each when its turn comes; an append or its answer may be lost. */
export class ModelLog implements InvalidationLog {
  readonly member: string
  readonly life = ''
  readonly heardAtMs = Number.POSITIVE_INFINITY
  readonly lagMs = 0
  readonly isCaughtUp = true
  head = 0
  readonly #redis: ModelRedis
  readonly #server: ModelServer
  #cursor = 0

  constructor({ redis }: RedisLogOptions) {
    this.#redis = redis as ModelRedis
    this.#server = this.#redis.server
    this.member = `process ${this.#server.members.size + 1}`
    this.#server.members.set(this.member, 0)
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

  async passedBy(seq: number): Promise<FleetAnswer> {
    // Entries are delivered sooner or later, so this ends.
    while ([...this.#server.members.values()].some((cursor) => cursor < seq))
      await this.#server.scheduler.turn()
    return { passed: [...this.#server.members.keys()], missing: [] }
  }

  since(): Promise<undefined> {
    return Promise.resolve(undefined)
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
    this.#server.members.set(this.member, entry.seq)
    this.#redis.heard(entry)
    // As a tail that was away does when it is back: what was queued is replayed.
    listener.caughtUp()
  }
}
