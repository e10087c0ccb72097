import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { RedisLog } from '../../server/log/redis-log.ts'
import { RedisSentinel } from '../support/redis-sentinel.ts'
import { waitUntil } from '../support/wait-until.ts'
import { Tail } from './heard.ts'

const LIMIT_MS = 60_000

let sentinel: RedisSentinel
const cleanUp: (() => unknown)[] = []
beforeAll(async () => {
  sentinel = await RedisSentinel.start()
}, LIMIT_MS)
afterAll(async () => {
  for (const step of cleanUp.reverse()) await step()
  await sentinel.stop()
})

async function join(): Promise<Tail> {
  const redis = new Redis({
    ...sentinel.options,
    retryStrategy: () => 50,
    sentinelRetryStrategy: () => 50,
    maxRetriesPerRequest: 0,
  })
  redis.on('error', () => {})
  const log = new RedisLog({
    redis,
    key: '{shop}:log',
    maxLength: 1_000,
    timeoutMs: 500,
    blockMs: 100,
    now: () => performance.now(),
  })
  const tail = new Tail(log)
  cleanUp.push(
    () => redis.disconnect(),
    () => log.close(),
  )
  await tail.untilCaughtUp()
  return tail
}

it(
  'what a master had not passed on when Sentinel replaced it is made good',
  { timeout: LIMIT_MS },
  async () => {
    const tails = [await join(), await join()]
    const [one] = tails
    const append = async (key: string) =>
      (await one?.log.append({ keys: [key], groups: [], prefixes: [] })) ?? 0
    const kept = await append('kept')
    const master = await sentinel.master()
    const replica = sentinel.data.find((other) => other !== master)
    await waitUntil(() => tails.every((tail) => tail.hasHeard(kept)), 'the entry everywhere')
    replica?.freeze()
    await master.dropReplicas()
    const lost = await append('lost')
    await sentinel.kill(master)
    replica?.thaw()
    await waitUntil(async () => (await sentinel.master()) === replica, 'the takeover', 20_000)
    await waitUntil(
      () => tails.every((tail) => tail.heard.some((it) => it.type === 'reset' && it.floor > lost)),
      'all to drop what they hold',
      20_000,
    )
    await Promise.all(tails.map((tail) => tail.untilCaughtUp()))
    let next = 0
    await waitUntil(async () => {
      next = await append('next').catch(() => 0)
      return next > 0
    }, 'the client to find the new master')
    expect(next).toBeGreaterThan(lost)
    await waitUntil(() => tails.every((tail) => tail.hasHeard(next)), 'the entry everywhere')
    expect((await one?.log.passedBy(next, 10_000))?.missing).toEqual([])
    // It comes back as a replica, and nobody takes it for the log.
    await sentinel.restart(master)
    const last = await append('last')
    await waitUntil(() => tails.every((tail) => tail.hasHeard(last)), 'the entry everywhere')
  },
)
