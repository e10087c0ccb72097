import type { RedisArgument, RedisClusterLike, RedisLike } from '../redis-like.ts'
import {
  type L2Leases,
  type L2Write,
  type LeaseReply,
  type LeaseTerms,
  SEEN_BYTES,
  type WakeListener,
} from './l2-driver.ts'
import { leaseKeyOf } from './redis-keys.ts'
import { GET_OR_LEASE, RELEASE, RENEW } from './redis-scripts.ts'
import { RedisSubscriber } from './redis-subscriber.ts'
import type { RedisTurn } from './redis-turn.ts'

/**
 * Leases in Redis. Each step is one script on one slot. What a holder says at its release is published only if somebody has asked for the
 * key meanwhile: with a hundred processes each message would be delivered a hundred times.
 */
export class RedisLeases implements L2Leases {
  readonly #redis: RedisLike | RedisClusterLike
  readonly #turn: RedisTurn
  readonly #keyPrefix: string
  readonly #channel: string
  readonly #listeners = new Set<WakeListener>()
  readonly #subscriber: RedisSubscriber

  constructor(redis: RedisLike | RedisClusterLike, turn: RedisTurn, channel: string) {
    this.#redis = redis
    this.#turn = turn
    this.#keyPrefix = String(redis.options?.keyPrefix ?? '')
    // Channels belong to no database and know no prefix, and a key means another thing in each.
    const db = redis.options?.db ?? 0
    this.#channel = `${this.#keyPrefix}${channel}${db === 0 ? '' : `:${db}`}`
    this.#subscriber = new RedisSubscriber(redis, this.#channel, (message) => this.#hear(message))
  }

  get isListening(): boolean {
    return this.#subscriber.isListening
  }

  async getOrLease(
    key: string,
    token: string,
    ttlMs: number,
    { stealFrom = '', seen }: LeaseTerms = {},
  ): Promise<LeaseReply> {
    this.#turn.join()
    const args: RedisArgument[] = [token, wholeMs(ttlMs), stealFrom]
    if (seen !== undefined) args.push(seen.subarray(0, SEEN_BYTES))
    const reply = await GET_OR_LEASE.run(this.#redis, [key, this.#leaseKey(key)], args)
    if (Buffer.isBuffer(reply)) return { kind: 'value', bytes: reply }
    if (!Array.isArray(reply)) return { kind: 'leased' }
    const [holder, leftMs] = reply as [Buffer, number]
    return { kind: 'held', token: holder.toString(), leftMs: Math.max(leftMs, 0) }
  }

  async renew(key: string, token: string, ttlMs: number): Promise<boolean> {
    this.#turn.join()
    return (await RENEW.run(this.#redis, [this.#leaseKey(key)], [token, wholeMs(ttlMs)])) === 1
  }

  async release(key: string, token: string, outcome: string, write?: L2Write): Promise<boolean> {
    this.#turn.join()
    const args: RedisArgument[] = [token, this.#channel, JSON.stringify([key, outcome])]
    if (write) args.push(write.bytes, wholeMs(write.ttlMs))
    return (await RELEASE.run(this.#redis, [write?.key ?? key, this.#leaseKey(key)], args)) === 1
  }

  listen(listener: WakeListener): void {
    this.#listeners.add(listener)
    this.#subscriber.start()
  }

  async close(): Promise<void> {
    this.#listeners.clear()
    await this.#subscriber.close()
  }

  #leaseKey(key: string): string {
    return leaseKeyOf(key, this.#keyPrefix)
  }

  #hear(message: string): void {
    const said = parseMessage(message)
    if (said === undefined) return
    for (const listener of this.#listeners) listener(...said)
  }
}

/** Anybody may publish to a channel: what is no message of ours is passed over. */
function parseMessage(message: string): [key: string, outcome: string] | undefined {
  try {
    const said: unknown = JSON.parse(message)
    if (!Array.isArray(said)) return undefined
    const [key, outcome] = said as unknown[]
    return typeof key === 'string' && typeof outcome === 'string' ? [key, outcome] : undefined
  } catch {
    return undefined
  }
}

/** Redis takes whole milliseconds, above 0. */
export function wholeMs(ms: number): number {
  return Math.max(Math.ceil(ms), 1)
}
