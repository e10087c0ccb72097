import { createHash } from 'node:crypto'
import { type RedisArgument, type RedisClusterLike, type RedisLike, callBuffer } from '../redis-like.ts'
import { SEEN_BYTES } from './l2-driver.ts'

/** A Lua script that travels as its digest, and in full to a server that has not seen it since it started. */
class RedisScript {
  readonly #source: string
  readonly #sha: string

  constructor(source: string) {
    this.#source = source
    // Redis names its scripts so; it protects nothing.
    this.#sha = createHash('sha1').update(source).digest('hex')
  }

  async run(
    redis: RedisLike | RedisClusterLike,
    keys: readonly string[],
    args: readonly RedisArgument[],
  ): Promise<unknown> {
    try {
      return await callBuffer(redis, 'evalsha', this.#sha, keys.length, ...keys, ...args)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return callBuffer(redis, 'eval', this.#source, keys.length, ...keys, ...args)
    }
  }
}

/**
 * KEYS: value, lease. ARGV: token, ms, the token to take over from or '', and the beginning of the value that was seen, if one was.
 * A lease is `-TOKEN`, or `+TOKEN` once somebody waits for it. One without an end was not made here, and counts as none.
 * Answers a string: the value; a number: leased; a list: the holder and the ms it has left.
 */
export const GET_OR_LEASE = new RedisScript(`
local value = redis.call('GET', KEYS[1])
if value and (not ARGV[4] or string.sub(value, 1, ${SEEN_BYTES}) ~= ARGV[4]) then return value end
local lease = redis.call('GET', KEYS[2])
local left = redis.call('PTTL', KEYS[2])
if not lease or left < 0 then
  redis.call('SET', KEYS[2], '-' .. ARGV[1], 'PX', ARGV[2])
  return 1
end
local holder = string.sub(lease, 2)
if holder == ARGV[1] or (ARGV[3] ~= '' and holder == ARGV[3]) then
  redis.call('SET', KEYS[2], string.sub(lease, 1, 1) .. ARGV[1], 'PX', ARGV[2])
  return 1
end
if string.sub(lease, 1, 1) == '-' then redis.call('SETRANGE', KEYS[2], 0, '+') end
return { holder, left }`)

/** KEYS: lease. ARGV: token, ms. */
export const RENEW = new RedisScript(`
local lease = redis.call('GET', KEYS[1])
if not lease or string.sub(lease, 2) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`)

/**
 * Where the lease is gone, those who wait are told all the same, since nobody knows whether there are any.
 * KEYS: value, lease. ARGV: token, channel, message, and with a value to write: its bytes and ms. The lease goes whatever becomes of
 * the value: a server that is out of memory refuses to write, and the next one may load all the same.
 */
export const RELEASE = new RedisScript(`
local lease = redis.call('GET', KEYS[2])
if not lease then
  redis.pcall('PUBLISH', ARGV[2], ARGV[3])
  return 0
end
if string.sub(lease, 2) ~= ARGV[1] then return 0 end
local written = 1
if ARGV[5] then written = redis.pcall('SET', KEYS[1], ARGV[4], 'PX', ARGV[5]) end
redis.call('DEL', KEYS[2])
if string.sub(lease, 1, 1) == '+' then redis.pcall('PUBLISH', ARGV[2], ARGV[3]) end
if type(written) == 'table' and written.err then return written end
return 1`)
