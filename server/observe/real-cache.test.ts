import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import express from 'express'
import { Redis } from 'ioredis'
import { Registry } from 'prom-client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { definePolicies, publicData } from '../../policy/index.ts'
import { ask } from '../../test/support/cached-app.ts'
import { type Family, readPrometheusText, sampleOf } from '../../test/support/prometheus-text.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { serve } from '../../test/support/serve.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import type { CacheEvent } from '../cache/cache-event.ts'
import type { TieredCacheOptions } from '../cache/cache-options.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { addTracer } from './channels.ts'
import { healthHandlers } from './health.ts'
import { prometheusMetrics } from './prometheus.ts'

let server: RedisServer
beforeAll(async () => {
  server = await RedisServer.start()
})
afterAll(() => server.kill())

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step()
})

const policies = definePolicies({ product: publicData({ l1: '1m', l2: '5m' }) })

/** A process of a shop, with its metrics and its health on a socket. */
async function shop(options: Partial<TieredCacheOptions> = {}) {
  const redis = new Redis(server.url, { retryStrategy: () => 20 })
  redis.on('error', () => {})
  const cache = createTieredCache({ policies, redis, maxLagMs: '1m', ...options })
  cleanup.push(
    () => redis.disconnect(),
    () => cache.close(),
  )
  if (!(await cache.ready(10_000))) throw new Error('Redis was not ready in time.')
  const health = healthHandlers(cache, { requireL2: true })
  const app = express()
    .get('/metrics', prometheusMetrics({ cache, registry: new Registry() }).handler)
    .get('/readyz', health.ready)
  const { url, close } = await serve(app)
  cleanup.push(close)
  return {
    cache,
    scrape: async (): Promise<Map<string, Family>> =>
      readPrometheusText((await ask(url, 'GET', '/metrics')).body),
    readiness: () => ask(url, 'GET', '/readyz'),
  }
}

function requests(families: Map<string, Family>, layer: string, result: string): number {
  const labels = { layer, result, policy: 'product' }
  return sampleOf(families, 'thermocline_cache_requests_total', labels)
}

describe('the metrics of a cache at work', () => {
  it('tell where each answer came from', async () => {
    const [first, second] = [await shop(), await shop()]
    const load = () => Promise.resolve({ id: 42 })
    await first.cache.getOrSet('metrics:42', load, { policy: 'product' })
    await first.cache.getOrSet('metrics:42', load, { policy: 'product' })
    await first.cache.getOrSet('metrics:42', load, { policy: 'product' })
    const reader = new Redis(server.url)
    cleanup.push(() => reader.disconnect())
    await waitUntil(async () => (await reader.keys('*metrics:42*')).length > 0, 'the value in Redis')
    await second.cache.getOrSet('metrics:42', load, { policy: 'product' })
    const [loaded, found] = [await first.scrape(), await second.scrape()]
    expect([requests(loaded, 'l1', 'hit'), requests(loaded, 'l1', 'miss')]).toEqual([2, 1])
    expect([requests(loaded, 'l2', 'hit'), requests(loaded, 'l2', 'miss')]).toEqual([0, 1])
    expect([requests(found, 'l1', 'miss'), requests(found, 'l2', 'hit')]).toEqual([1, 1])
    const product = { policy: 'product' }
    expect(sampleOf(loaded, 'thermocline_cache_loads_total', product)).toBe(1)
    expect(sampleOf(loaded, 'thermocline_cache_load_duration_seconds_count', product)).toBe(1)
    expect(sampleOf(found, 'thermocline_cache_loads_total', product)).toBe(0)
    expect(sampleOf(loaded, 'thermocline_cache_l1_entries', {})).toBe(1)
    expect(sampleOf(loaded, 'thermocline_cache_l1_size_bytes', {})).toBeGreaterThan(8)
    expect(sampleOf(loaded, 'thermocline_cache_l2_up', {})).toBe(1)
    expect(sampleOf(loaded, 'thermocline_cache_log_caught_up', {})).toBe(1)
    expect(sampleOf(loaded, 'thermocline_cache_log_lag_seconds', {})).toBeLessThan(5)
  })

  it('tell callers that waited for one load, loads that failed, and entries that made room', async () => {
    const { cache, scrape } = await shop({ l1: { maxEntries: 2 } })
    let finish: (value: number) => void = () => {}
    const slow = new Promise<number>((resolve) => (finish = resolve))
    const asked = [1, 2, 3].map(() => cache.getOrSet('slow', () => slow, { policy: 'product' }))
    finish(1)
    await Promise.all(asked)
    const broken = cache.getOrSet('broken', () => Promise.reject(new Error('no')), { policy: 'product' })
    await expect(broken).rejects.toThrow('no')
    for (const key of ['a', 'b', 'c']) await cache.getOrSet(key, () => key, { policy: 'product' })
    const families = await scrape()
    const told = (name: string) =>
      sampleOf(families, `thermocline_cache_${name}_total`, { policy: 'product' })
    expect([told('coalesced'), told('load_errors'), told('loads')]).toEqual([2, 1, 5])
    expect(told('evictions')).toBe(2)
  })
})

describe('readiness and the metrics of an outage', () => {
  it('tell that Redis froze, and that it is back', async () => {
    const own = await RedisServer.start()
    cleanup.push(() => own.kill())
    const redis = new Redis(own.url, { retryStrategy: () => 20 })
    redis.on('error', () => {})
    cleanup.push(() => redis.disconnect())
    const { cache, scrape, readiness } = await shop({ redis })
    expect((await readiness()).status).toBe(200)
    own.freeze()
    cleanup.push(() => own.thaw())
    let asked = 0
    await waitUntil(async () => {
      asked += 1
      await cache.getOrSet(`frozen:${asked}`, () => asked, { policy: 'product' })
      return cache.status().breaker === 'open'
    }, 'the breaker to open')
    let answer = await readiness()
    await waitUntil(async () => {
      answer = await readiness()
      return answer.status === 503
    }, 'readiness to end')
    expect(JSON.parse(answer.body)).toMatchObject({ status: 'unready', l2: 'down' })
    let frozen = await scrape()
    await waitUntil(async () => {
      frozen = await scrape()
      return sampleOf(frozen, 'thermocline_cache_l2_up', {}) === 0
    }, 'the metrics to tell')
    const breaker = ['open', 'half-open'].map((state) =>
      sampleOf(frozen, 'thermocline_cache_breaker_state', { state }),
    )
    expect(breaker.reduce((sum, value) => sum + value, 0)).toBe(1)
    own.thaw()
    await waitUntil(async () => (await readiness()).status === 200, 'readiness to come back')
    await waitUntil(async () => {
      asked += 1
      await cache.getOrSet(`thawed:${asked}`, () => asked, { policy: 'product' })
      return cache.status().breaker === 'closed'
    }, 'the breaker to close')
    await waitUntil(async () => sampleOf(await scrape(), 'thermocline_cache_l2_up', {}) === 1, 'L2 to be up')
  })
})

describe('a hit in L1', () => {
  it('is told to nobody, whoever listens: it is counted, and the count is read later', async () => {
    const told: CacheEvent[] = []
    const { cache } = await shop({ onEvent: (event) => told.push(event) })
    const channels = ['thermocline:cache', 'tracing:thermocline:load:start', 'tracing:thermocline:l2:start']
    const published: unknown[] = []
    const listener = (message: unknown): void => void published.push(message)
    for (const name of channels) {
      subscribe(name, listener)
      cleanup.push(() => unsubscribe(name, listener))
    }
    cleanup.push(
      addTracer(cache, (operation, run) => {
        published.push(operation)
        return run()
      }),
    )
    await cache.getOrSet('hit:1', () => 1, { policy: 'product' })
    told.length = 0
    published.length = 0
    for (let n = 0; n < 1_000; n += 1) await cache.getOrSet('hit:1', () => 1, { policy: 'product' })
    expect([told, published]).toEqual([[], []])
    expect(cache.stats().total.l1Hits).toBe(1_000)
  })
})
