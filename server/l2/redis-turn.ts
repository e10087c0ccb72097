import { type RedisClusterLike, type RedisLike, isRedisCluster } from '../redis-like.ts'

/**
 * Lets all commands of one turn of the event loop leave in one write for each connection. ioredis writes each command by itself, and the
 * system calls cost more than the commands: 50 concurrent GETs run three times as fast so, where its own `enableAutoPipelining`
 * gives half of that, and makes a single GET slower.
 */
export class RedisTurn {
  readonly #redis: RedisLike | RedisClusterLike
  readonly #isCluster: boolean
  #held: NonNullable<RedisLike['stream']>[] = []

  constructor(redis: RedisLike | RedisClusterLike) {
    this.#redis = redis
    this.#isCluster = isRedisCluster(redis)
  }

  /** Call it before a command. What is written from here to the end of the turn leaves together. */
  join(): void {
    if (this.#held.length > 0) return
    const connections = this.#isCluster
      ? (this.#redis as RedisClusterLike).nodes('all')
      : [this.#redis as RedisLike]
    for (const { stream } of connections) {
      // A socket that was destroyed meanwhile takes both calls calmly.
      if (stream?.cork === undefined || stream.uncork === undefined) continue
      stream.cork()
      this.#held.push(stream)
    }
    if (this.#held.length > 0) process.nextTick(this.#release)
  }

  readonly #release = (): void => {
    const held = this.#held
    this.#held = []
    for (const stream of held) stream.uncork?.()
  }
}
