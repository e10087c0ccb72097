import { Redis } from 'ioredis'
import { afterEach, expect, it } from 'vitest'
import { FaultProxy } from '../../test/coherence/fault-proxy.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { createTieredCache } from './tiered-cache.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

// So long that a pause of a busy machine is no part of it.
const MAX_LAG_MS = 4_000

/** Two processes on one Redis, the second of them behind a network that can fail. */
async function makeTwo() {
  const server = await RedisServer.start()
  cleanUp.push(() => server.kill())
  const proxy = await FaultProxy.start(server.port)
  cleanUp.push(() => proxy.close())
  const make = async (port: number) => {
    const redis = new Redis(port, '127.0.0.1')
    redis.on('error', () => {})
    const cache = createTieredCache({ redis, maxLagMs: MAX_LAG_MS })
    cleanUp.push(
      () => redis.disconnect(),
      () => cache.close(),
    )
    expect(await cache.ready(30_000)).toBe(true)
    return { cache, redis }
  }
  return { writer: await make(server.port), reader: await make(proxy.port), proxy }
}

/** When a read that then began was no longer answered with the old value, in ms from `fromMs`. */
async function staleFor(read: () => Promise<string>, fromMs: number): Promise<number> {
  let lastMs = fromMs
  await waitUntil(
    async () => {
      const beganAtMs = performance.now()
      const isOld = (await read()) === 'old'
      if (isOld) lastMs = beganAtMs
      return !isOld
    },
    'the new value',
    5 * MAX_LAG_MS,
  )
  return lastMs - fromMs
}

it('is bounded by maxLagMs also for what came out of L2 while the log was silent', async () => {
  const { writer, reader, proxy } = await makeTwo()
  let row = 'old'
  const options = { groups: ['g'] }
  await writer.cache.getOrSet('a', () => row, options)
  await waitUntil(async () => (await writer.redis.exists('thermocline:v:{a}')) === 1, 'the value in L2')
  // The first connection is the values', which goes on; the others are the log's and that of the leases.
  for (let link = 1; link < proxy.connections; link += 1) proxy.strike({ kind: 'stall' }, link)
  row = 'new'
  expect(await writer.cache.invalidate(options)).toMatchObject({ acknowledged: true })
  const changedAtMs = performance.now()
  // The longer this waits, the longer the old value would live in L1 if it counted as new there.
  await waitUntil(() => performance.now() > changedAtMs + MAX_LAG_MS * 0.2, 'a while')
  const read = () => reader.cache.getOrSet('a', () => row, options)
  expect(await read()).toBe('old')
  // From here on there is no way to hear of it.
  proxy.strike({ kind: 'half-open' })
  expect(await staleFor(read, changedAtMs)).toBeLessThanOrEqual(MAX_LAG_MS)
})

it('is bounded by maxLagMs also for those who join a slow load', async () => {
  const { writer, reader, proxy } = await makeTwo()
  let row = 'old'
  let isRead = false
  const load = async () => {
    const found = row
    isRead = true
    await waitUntil(() => performance.now() > changedAtMs + MAX_LAG_MS * 2, 'a slow answer')
    return found
  }
  let changedAtMs = Number.POSITIVE_INFINITY
  const first = reader.cache.getOrSet('a', load)
  await waitUntil(() => isRead, 'the row to be read')
  proxy.strike({ kind: 'half-open' })
  row = 'new'
  expect(await writer.cache.invalidate({ keys: ['a'] })).toMatchObject({ acknowledged: true })
  changedAtMs = performance.now()
  await waitUntil(
    () => performance.now() > changedAtMs + MAX_LAG_MS * 1.2,
    'a partition longer than maxLagMs',
  )
  expect(await reader.cache.getOrSet('a', () => row)).toBe('new')
  expect(await first).toBe('old')
})

it('is bounded by maxLagMs also for what was set by a process that was then held up', async () => {
  const server = await RedisServer.start()
  cleanUp.push(() => server.kill())
  const proxy = await FaultProxy.start(server.port)
  cleanUp.push(() => proxy.close())
  const redis = new Redis(proxy.port, '127.0.0.1')
  redis.on('error', () => {})
  let heldUpMs = 0
  const cache = createTieredCache({
    redis,
    maxLagMs: MAX_LAG_MS,
    clock: () => performance.now() + heldUpMs,
    // The log has been asked; its answer is looked at only later.
    onEvent: ({ type }) => {
      if (type === 'invalidated') heldUpMs = MAX_LAG_MS * 0.6
    },
  })
  cleanUp.push(
    () => redis.disconnect(),
    () => cache.close(),
  )
  expect(await cache.ready(30_000)).toBe(true)
  const beganAtMs = performance.now()
  await cache.set('a', 'value')
  proxy.strike({ kind: 'half-open' })
  expect(cache.peek('a')).toBe('value')
  await waitUntil(
    () => performance.now() > beganAtMs + MAX_LAG_MS * 0.5,
    'more than maxLagMs to have gone by',
  )
  expect(cache.peek('a')).toBeUndefined()
})
