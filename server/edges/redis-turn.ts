import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { withDeadline } from '../deadline.ts'
import type { RedisArgument, RedisClusterLike, RedisLike } from '../redis-like.ts'
import type { DeadLetter } from './edge-event.ts'
import { type EdgeTurn, MOST_LETTERS } from './edge-turn.ts'

export interface RedisTurnOptions {
  readonly redis: RedisLike | RedisClusterLike
  readonly namespace: string
  readonly edge: string
  /** How long a process that has died is waited for, in ms. */
  readonly leaseMs: number
  readonly timeoutMs: number
  /** Asked at each renewal, so that what is kept does not fall behind the log while there is nothing to do. */
  readonly cursor: () => string | undefined
  readonly onError: (error: unknown) => void
  readonly onLost: () => void
}

/** KEYS: lease, cursor. ARGV: token, ms. Takes the lease if it is free or one's own; answers with '1' or '', and the cursor or ''. */
const TAKE = `
local holder = redis.call('GET', KEYS[1])
local cursor = redis.call('GET', KEYS[2]) or ''
if holder and holder ~= ARGV[1] then return {'', cursor} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {'1', cursor}`

/**
 * KEYS: lease, cursor, dead letters. ARGV: token, ms, cursor, how many letters to keep, letters. Renews the lease and keeps the cursor, together, so
 * that nobody else's work is undone by one who was paused.
 */
const STORE = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if ARGV[3] ~= '' then redis.call('SET', KEYS[2], ARGV[3]) end
for i = 5, #ARGV do redis.call('RPUSH', KEYS[3], ARGV[i]) end
if #ARGV >= 5 then redis.call('LTRIM', KEYS[3], -tonumber(ARGV[4]), -1) end
return 1`

/** KEYS: lease. ARGV: token. */
const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`

/** One process of the fleet serves an edge: a lease in Redis, and beside it how far the edge has been told. */
export class RedisTurn implements EdgeTurn {
  readonly #options: RedisTurnOptions
  readonly #token = randomBytes(12).toString('base64url')
  readonly #keys: { readonly lease: string; readonly cursor: string; readonly letters: string }
  #mineUntilMs = Number.NEGATIVE_INFINITY
  #renewal: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: RedisTurnOptions) {
    this.#options = options
    // The braces keep in one slot of a Cluster what the scripts need together.
    const base = `{${options.namespace}}:edge:${options.edge}`
    this.#keys = { lease: `${base}:lease`, cursor: `${base}:cursor`, letters: `${base}:dead` }
  }

  get isMine(): boolean {
    return performance.now() < this.#mineUntilMs
  }

  async untilMine(signal: AbortSignal): Promise<string | undefined> {
    const { leaseMs, onError } = this.#options
    const { lease, cursor } = this.#keys
    for (;;) {
      signal.throwIfAborted()
      const askedAtMs = performance.now()
      try {
        const reply = await this.#call('EVAL', TAKE, 2, lease, cursor, this.#token, leaseMs)
        const [isMine, stored] = reply as [string, string]
        if (isMine === '1') {
          this.#hold(askedAtMs)
          return stored === '' ? undefined : stored
        }
      } catch (error) {
        onError(error)
      }
      await sleep(leaseMs / 3, undefined, { signal, ref: false })
    }
  }

  async store(cursor: string, letters: readonly DeadLetter[]): Promise<boolean> {
    const { leaseMs } = this.#options
    const askedAtMs = performance.now()
    const { lease, cursor: cursorKey, letters: lettersKey } = this.#keys
    const keys = [lease, cursorKey, lettersKey]
    const said = letters.map((letter) => JSON.stringify(letter))
    const args = [this.#token, leaseMs, cursor, MOST_LETTERS, ...said]
    const isMine = (await this.#call('EVAL', STORE, 3, ...keys, ...args)) === 1
    if (isMine) this.#mineUntilMs = askedAtMs + leaseMs
    else this.#letGo()
    return isMine
  }

  async look(): Promise<string | undefined> {
    const stored = await this.#call('GET', this.#keys.cursor)
    return typeof stored === 'string' ? stored : undefined
  }

  async letters(): Promise<DeadLetter[]> {
    const stored = (await this.#call('LRANGE', this.#keys.letters, 0, -1)) as string[]
    return stored.map((letter) => JSON.parse(letter) as DeadLetter)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const wasMine = this.isMine
    this.#letGo()
    // A courtesy to those who wait for the turn.
    if (wasMine) await this.#call('EVAL', RELEASE, 1, this.#keys.lease, this.#token).catch(() => {})
  }

  #hold(askedAtMs: number): void {
    this.#mineUntilMs = askedAtMs + this.#options.leaseMs
    clearInterval(this.#renewal)
    this.#renewal = setInterval(() => void this.#renew(), this.#options.leaseMs / 3).unref()
    if (this.#isClosed) this.#letGo()
  }

  async #renew(): Promise<void> {
    try {
      await this.store(this.#options.cursor() ?? '', [])
    } catch (error) {
      this.#options.onError(error)
    }
    if (!this.isMine) this.#letGo()
  }

  #letGo(): void {
    if (this.#renewal === undefined) return
    clearInterval(this.#renewal)
    this.#renewal = undefined
    this.#mineUntilMs = Number.NEGATIVE_INFINITY
    this.#options.onLost()
  }

  #call(command: string, ...args: RedisArgument[]): Promise<unknown> {
    const { redis, timeoutMs } = this.#options
    // Without this a command would wait in the client's own queue until Redis is back.
    if (redis.status !== 'ready')
      return Promise.reject(new Error(`Redis is not connected (${redis.status}).`))
    return withDeadline(redis.call(command, ...args), timeoutMs, `${command} for an edge`)
  }
}
