import { ThermoclineError, describeValue, refuseUnknownOptions } from '../../policy/index.ts'
import {
  type RedisArgument,
  type RedisClusterLike,
  type RedisLike,
  callBuffer,
  isRedisCluster,
} from '../redis-like.ts'
import type { L2Driver, L2Write } from './l2-driver.ts'
import { RedisLeases, wholeMs } from './redis-leases.ts'
import { deleteByPrefix } from './redis-prefix.ts'
import { RedisTurn } from './redis-turn.ts'

export interface RedisDriverOptions {
  /** An ioredis 6 client: `new Redis(url)`, with or without Sentinel, or `new Cluster(nodes)`. It stays yours to close. */
  readonly redis: RedisLike | RedisClusterLike
  /** Where loaders tell those who wait for them that they are done. @default 'thermocline:wake' */
  readonly channel?: string
}

const KNOWN = ['redis', 'channel']
const MOST_KEYS_A_COMMAND = 1_000
const MEBIBYTE = 1_048_576

/**
 * L2 in Redis: one server, one behind Sentinel, or a Cluster. KeyDB, Valkey and Dragonfly speak the same protocol.
 * Throws `option-invalid`.
 */
export function redisDriver(options: RedisDriverOptions): L2Driver {
  if (typeof (options as Partial<RedisLike> | undefined)?.callBuffer === 'function') {
    throw new ThermoclineError(
      'option-invalid',
      '`redisDriver` was given a client for its options. Give `{ redis: client }`.',
    )
  }
  refuseUnknownOptions('`redisDriver`', options, KNOWN)
  const { redis, channel = 'thermocline:wake' } = options
  if (typeof (redis as Partial<RedisLike> | undefined)?.callBuffer !== 'function') {
    throw new ThermoclineError(
      'option-invalid',
      `\`redis\` is ${describeValue(redis)} without \`callBuffer\`. Give a \`Redis\` or \`Cluster\` of ioredis 6.`,
    )
  }
  if (typeof channel !== 'string' || channel === '') {
    throw new ThermoclineError('option-invalid', `\`channel\` is ${describeValue(channel)}. Give a name.`)
  }
  return new RedisDriver(redis, channel)
}

class RedisDriver implements L2Driver {
  readonly name = 'redis'
  /** Redis takes 512 MiB; a key of a kilobyte is a text that somebody sent. */
  readonly maxKeyBytes = 1_024
  /** The server's `proto-max-bulk-len`, unless it was changed. */
  readonly maxValueBytes = 512 * MEBIBYTE
  readonly leases: RedisLeases
  readonly #redis: RedisLike | RedisClusterLike
  readonly #isCluster: boolean
  readonly #turn: RedisTurn

  constructor(redis: RedisLike | RedisClusterLike, channel: string) {
    this.#redis = redis
    this.#isCluster = isRedisCluster(redis)
    this.#turn = new RedisTurn(redis)
    this.leases = new RedisLeases(redis, this.#turn, channel)
  }

  get isReady(): boolean {
    const { status } = this.#redis
    // A client made with `lazyConnect` connects at its first command, and whoever waits for it to be ready would never send one.
    if (status === 'wait') this.#redis.connect().catch(() => {})
    return status === 'ready'
  }

  async get(key: string): Promise<Buffer | undefined> {
    this.#turn.join()
    return bytesOf(await callBuffer(this.#redis, 'get', key))
  }

  async getMany(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]> {
    if (keys.length === 0) return []
    this.#turn.join()
    // Keys of different slots can't share a command. They share a write to each node instead.
    if (this.#isCluster) return Promise.all(keys.map(async (key) => this.get(key)))
    const pages = await Promise.all(pagesOf(keys).map((page) => callBuffer(this.#redis, 'mget', ...page)))
    return pages.flatMap((page) => (page as unknown[]).map(bytesOf))
  }

  async set({ key, bytes, ttlMs }: L2Write): Promise<void> {
    this.#turn.join()
    await callBuffer(this.#redis, 'set', key, bytes, 'PX', wholeMs(ttlMs))
  }

  async setMany(writes: readonly L2Write[]): Promise<void> {
    await Promise.all(writes.map(async (write) => this.set(write)))
  }

  async touch(key: string, ttlMs: number): Promise<void> {
    this.#turn.join()
    await callBuffer(this.#redis, 'pexpire', key, wholeMs(ttlMs))
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.#unlink(keys)
  }

  deletePrefix(prefix: string): Promise<void> {
    return deleteByPrefix(this.#redis, prefix, (keys) => this.#unlink(keys))
  }

  close(): Promise<void> {
    return this.leases.close()
  }

  async #unlink(keys: readonly RedisArgument[]): Promise<void> {
    if (keys.length === 0) return
    this.#turn.join()
    const commands = this.#isCluster ? keys.map((key) => [key]) : pagesOf(keys)
    await Promise.all(commands.map((page) => callBuffer(this.#redis, 'unlink', ...page)))
  }
}

function bytesOf(reply: unknown): Buffer | undefined {
  return Buffer.isBuffer(reply) ? reply : undefined
}

function pagesOf<T>(keys: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(keys.length / MOST_KEYS_A_COMMAND) }, (_, page) =>
    keys.slice(page * MOST_KEYS_A_COMMAND, (page + 1) * MOST_KEYS_A_COMMAND),
  )
}
