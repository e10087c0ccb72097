// What a hit costs, against the parts it is made of. `npm run bench -- cache`
import { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'
import { createTieredCache } from 'thermocline/server'
import { RedisServer } from '../test/support/redis-server.ts'
import { measure, report } from './measure.ts'

const KEYS = Array.from({ length: 1_000 }, (_, index) => `product:${index}`)
const value = (key: string) => ({ id: key, name: 'Red Apple', priceCents: 250, tags: ['fruit', 'food'] })
const keyAt = (index: number) => KEYS[index % KEYS.length] ?? ''

/** The limit: an awaited look-up in the same LRU that L1 is built on. */
function bareLru() {
  const lru = new LRUCache<string, object>({ max: 10_000 })
  for (const key of KEYS) lru.set(key, value(key))
  const get = async (key: string) => lru.get(key)
  return async (times: number) => {
    for (let i = 0; i < times; i += 1) await get(keyAt(i))
  }
}

async function l1Hit() {
  const cache = createTieredCache()
  for (const key of KEYS) await cache.getOrSet(key, () => value(key), { groups: ['a', 'b'] })
  return async (times: number) => {
    for (let i = 0; i < times; i += 1) await cache.getOrSet(keyAt(i), () => ({}))
  }
}

report(
  'L1 hit, 1,000 keys',
  await measure(
    [
      { name: 'lru-cache, awaited', run: bareLru() },
      { name: 'thermocline getOrSet', run: await l1Hit() },
    ],
    { times: 500_000 },
  ),
)

const server = await RedisServer.start()
const redis = new Redis(server.url)
const cache = createTieredCache({ redis, namespace: 'bench', l2TimeoutMs: '5s' })
await cache.ready()
for (const key of KEYS) {
  await cache.set(key, value(key), { l1: 0 })
  await redis.set(`raw:${key}`, JSON.stringify(value(key)))
}
const missed = () => {
  throw new Error('This bench measures hits, and there was a miss.')
}
const inBatches = (read: (key: string) => Promise<unknown>) => async (times: number) => {
  for (let i = 0; i < times; i += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, offset) => read(keyAt(i + offset))))
  }
}
report(
  'L2 hit, 50 at once',
  await measure(
    [
      {
        name: 'ioredis GET and JSON.parse',
        run: inBatches(async (key) => JSON.parse((await redis.get(`raw:${key}`)) ?? 'null') as unknown),
      },
      // Not kept in L1, so that each read goes to Redis.
      { name: 'thermocline getOrSet', run: inBatches((key) => cache.getOrSet(key, missed, { l1: 0 })) },
    ],
    { times: 50_000 },
  ),
)
await cache.close()
redis.disconnect()
await server.kill()
