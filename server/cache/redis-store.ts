import { createHash } from 'node:crypto'
import { withDeadline } from '../deadline.ts'
import type { RedisArgument, RedisLike } from '../redis-like.ts'
import { CircuitBreaker } from './circuit-breaker.ts'

export interface RedisStoreOptions {
  readonly redis: RedisLike
  /** Goes before each key, with a letter for the kind of key. */
  readonly prefix: string
  readonly timeoutMs: number
  readonly now: () => number
  /** Told of each failed command, never of a value. */
  readonly onError: (operation: string, error: unknown) => void
}

const FAILURES_TO_OPEN = 3
const OPEN_MS = 1_000
const LONGEST_KEY = 200

/**
 * The Redis tier: bytes under keys. A call never throws, never queues behind a connection that is not there and never
 * takes longer than `timeoutMs`; a read that failed is `undefined`, as a miss is.
 */
export class RedisStore {
  readonly #options: RedisStoreOptions
  readonly #breaker: CircuitBreaker

  constructor(options: RedisStoreOptions) {
    this.#options = options
    this.#breaker = new CircuitBreaker(FAILURES_TO_OPEN, OPEN_MS, options.now)
  }

  /** Whether a call would be tried now. */
  get isAvailable(): boolean {
    return this.#options.redis.status === 'ready' && this.#breaker.state !== 'open'
  }

  async get(key: string): Promise<Buffer | undefined> {
    const reply = await this.#run('get', ['GET', this.#storageKey(key)])
    return Buffer.isBuffer(reply) ? reply : undefined
  }

  async set(key: string, bytes: string | Buffer, ttlMs: number): Promise<boolean> {
    const reply = await this.#run('set', ['SET', this.#storageKey(key), bytes, 'PX', Math.ceil(ttlMs)])
    return String(reply) === 'OK'
  }

  async delete(keys: readonly string[]): Promise<void> {
    // One command a key, since on a Cluster each may live on another node; they leave in one write all the same.
    await Promise.all(keys.map((key) => this.#run('delete', ['UNLINK', this.#storageKey(key)])))
  }

  async #run(operation: string, command: [string, ...RedisArgument[]]): Promise<unknown> {
    const { redis, timeoutMs, onError } = this.#options
    // ioredis would queue the command until it reconnects, and the request would wait with it.
    if (redis.status !== 'ready' || !this.#breaker.allows()) return undefined
    try {
      const reply = await withDeadline(redis.callBuffer(...command), timeoutMs, `Redis ${command[0]}`)
      this.#breaker.succeeded()
      return reply
    } catch (error) {
      // A healthy server that can't do this one thing, such as reading a key of another type, is no outage.
      if (error instanceof Error && error.message.startsWith('WRONGTYPE')) this.#breaker.succeeded()
      else this.#breaker.failed()
      onError(operation, error)
      return undefined
    }
  }

  /**
   * Keys may hold what visitors typed. A long one, or one that UTF-8 can't tell from another, is kept under its digest, and
   * in a place of its own, so that nobody can type the key under which a long one is kept.
   */
  #storageKey(key: string): string {
    const { prefix } = this.#options
    if (key.length <= LONGEST_KEY && !/\p{Surrogate}/u.test(key)) return `${prefix}v:${key}`
    return `${prefix}h:${createHash('sha256').update(Buffer.from(key, 'utf16le')).digest('base64url')}`
  }
}
