import express from 'express'
import { AggregatorRegistry, Counter, type OpenMetricsContentType, Registry } from 'prom-client'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { StatedCache } from '../../test/support/observed-cache.ts'
import { type Family, readPrometheusText, sampleOf } from '../../test/support/prometheus-text.ts'
import { serve } from '../../test/support/serve.ts'
import { type PrometheusOptions, prometheusMetrics } from './prometheus.ts'

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanup.splice(0)) await step()
})

/** What a Prometheus server would get from a real application. */
async function scrape(options: PrometheusOptions): Promise<{ response: Response; text: string }> {
  const app = express().get('/metrics', prometheusMetrics(options).handler)
  const { url, close } = await serve(app)
  cleanup.push(close)
  const response = await fetch(`${url}/metrics`)
  return { response, text: await response.text() }
}

function busyCache(): StatedCache {
  const cache = new StatedCache()
  const product = cache.counters.of('product')
  Object.assign(product, { l1Hits: 7, l1StaleHits: 1, l1Misses: 5, l2Hits: 3, l2Misses: 2, l2Bypassed: 1 })
  Object.assign(product, {
    loads: 3,
    loadErrors: 1,
    coalesced: 4,
    leaseWaits: 1,
    evictions: 6,
    staleServed: 1,
  })
  for (const ms of [3, 3, 700]) product.loadTimes.record(ms)
  cache.counters.of('').l1Hits += 1
  return cache
}

describe('a scrape', () => {
  it('tells hits and misses by layer and policy', async () => {
    const { response, text } = await scrape({ cache: busyCache(), registry: new Registry() })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const families = readPrometheusText(text)
    const requests = (layer: string, result: string, policy = 'product') =>
      sampleOf(families, 'thermocline_cache_requests_total', { layer, policy, result, cache: 'thermocline' })
    expect([requests('l1', 'hit'), requests('l1', 'stale'), requests('l1', 'miss')]).toEqual([7, 1, 5])
    expect([requests('l2', 'hit'), requests('l2', 'miss'), requests('l2', 'bypass')]).toEqual([3, 2, 1])
    expect(requests('l1', 'hit', '')).toBe(1)
    const product = { policy: 'product' }
    expect(sampleOf(families, 'thermocline_cache_loads_total', product)).toBe(3)
    expect(sampleOf(families, 'thermocline_cache_load_errors_total', product)).toBe(1)
    expect(sampleOf(families, 'thermocline_cache_coalesced_total', product)).toBe(4)
    expect(sampleOf(families, 'thermocline_cache_evictions_total', product)).toBe(6)
  })

  it('tells load times as a histogram whose buckets add up', async () => {
    const { text } = await scrape({ cache: busyCache(), registry: new Registry() })
    const families = readPrometheusText(text)
    const name = 'thermocline_cache_load_duration_seconds'
    const bucket = (le: string) => sampleOf(families, `${name}_bucket`, { le, policy: 'product' })
    expect(['0.001', '0.0025', '0.005', '0.5', '1', '30', '+Inf'].map(bucket)).toEqual([0, 0, 2, 2, 3, 3, 3])
    expect(sampleOf(families, `${name}_count`, { policy: 'product' })).toBe(3)
    expect(sampleOf(families, `${name}_sum`, { policy: 'product' })).toBeCloseTo(0.706)
    expect(families.get(name)?.type).toBe('histogram')
  })

  it('tells what the cache holds and how its parts are', async () => {
    const cache = busyCache()
    cache.state = {
      l1: { entries: 20, bytes: 4_096 },
      l2: 'down',
      breaker: 'half-open',
      log: { lagMs: 1_500, isCaughtUp: false, pending: 2 },
    }
    const families = readPrometheusText((await scrape({ cache, registry: new Registry() })).text)
    const told = (name: string, labels = {}) => sampleOf(families, `thermocline_cache_${name}`, labels)
    expect([told('l1_entries'), told('l1_size_bytes'), told('l2_up')]).toEqual([20, 4_096, 0])
    const breaker = ['closed', 'open', 'half-open'].map((state) => told('breaker_state', { state }))
    expect(breaker).toEqual([0, 0, 1])
    expect([told('log_lag_seconds'), told('log_caught_up'), told('log_pending_names')]).toEqual([1.5, 0, 2])
  })

  it('says nothing of an L2 that is not there, nor of the lag of a log that was never heard', async () => {
    const cache = busyCache()
    cache.state = { ...cache.state, l2: 'none', log: { lagMs: undefined, isCaughtUp: false, pending: 0 } }
    const families = readPrometheusText((await scrape({ cache, registry: new Registry() })).text)
    expect(families.get('thermocline_cache_l2_up')?.samples).toEqual([])
    expect(families.get('thermocline_cache_breaker_state')?.samples).toEqual([])
    const layers = families
      .get('thermocline_cache_requests_total')
      ?.samples.map(({ labels }) => labels['layer'])
    expect(new Set(layers)).toEqual(new Set(['l1']))
    expect(families.get('thermocline_cache_log_lag_seconds')?.samples).toEqual([])
  })

  it('carries any name of a policy', async () => {
    const cache = new StatedCache()
    const policy = 'say "a\\b"\nand c'
    cache.counters.of(policy).l1Hits += 5
    const families = readPrometheusText((await scrape({ cache, registry: new Registry() })).text)
    expect(
      sampleOf(families, 'thermocline_cache_requests_total', { policy, layer: 'l1', result: 'hit' }),
    ).toBe(5)
  })

  it('reads the cache once, and nothing reads it before', async () => {
    const cache = busyCache()
    const registry = new Registry()
    const metrics = prometheusMetrics({ cache, registry })
    expect(cache.reads).toBe(0)
    await registry.metrics()
    expect(cache.reads).toBe(1)
    cache.counters.of('product').l1Hits += 1
    const families = readPrometheusText(await registry.metrics())
    expect(cache.reads).toBe(2)
    expect(
      sampleOf(families, 'thermocline_cache_requests_total', {
        policy: 'product',
        layer: 'l1',
        result: 'hit',
      }),
    ).toBe(8)
    metrics.close()
  })

  it('is named by the conventions: base units, `_total` for counters alone, a sentence of help', async () => {
    const registry = new Registry()
    prometheusMetrics({ cache: busyCache(), registry })
    const families = [...readPrometheusText(await registry.metrics()).values()]
    expect(families.length).toBeGreaterThan(15)
    const odd = ({ name, type, help }: Family): boolean =>
      name.endsWith('_total') !== (type === 'counter') ||
      !name.startsWith('thermocline_cache_') ||
      /milli|_ms\b|[A-Z]|__/.test(name) ||
      !help.endsWith('.')
    expect(families.filter(odd)).toEqual([])
  })

  it('can be read by what speaks OpenMetrics', async () => {
    const registry = new Registry<OpenMetricsContentType>()
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
    prometheusMetrics({ cache: busyCache(), registry })
    const text = await registry.metrics()
    expect(text).toMatch(/^# TYPE thermocline_cache_requests counter$/m)
    expect(text).toMatch(/^thermocline_cache_requests_total\{.*layer="l1".*\} 7$/m)
    expect(text.endsWith('# EOF\n')).toBe(true)
  })

  it('answers 500 where another metric of the registry fails, and keeps the reason to itself', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    cleanup.push(() => printed.mockRestore())
    const registry = new Registry()
    const collect = (): never => {
      throw new Error('password in here')
    }
    void new Counter({ name: 'broken_total', help: 'Broken.', registers: [registry], collect })
    const { response, text } = await scrape({ cache: busyCache(), registry })
    expect(response.status).toBe(500)
    expect(text).not.toContain('password')
    expect(printed).toHaveBeenCalledOnce()
  })
})

describe('several caches', () => {
  it('share the metrics of a registry under their names', async () => {
    const registry = new Registry()
    const [one, two] = [busyCache(), new StatedCache()]
    two.state = { ...two.state, l1: { entries: 99, bytes: 1 } }
    prometheusMetrics({ cache: one, registry, name: 'shop' })
    const second = prometheusMetrics({ cache: two, registry, name: 'sessions' })
    const entries = async (cache: string) =>
      sampleOf(readPrometheusText(await registry.metrics()), 'thermocline_cache_l1_entries', { cache })
    expect([await entries('shop'), await entries('sessions')]).toEqual([2, 99])
    second.close()
    expect(await entries('shop')).toBe(2)
    await expect(entries('sessions')).rejects.toThrow(/0 samples/)
  })

  it('leave nothing behind when the last one goes, and may come again', async () => {
    const registry = new Registry()
    const metrics = prometheusMetrics({ cache: busyCache(), registry })
    metrics.close()
    metrics.close()
    expect(registry.getMetricsAsArray()).toEqual([])
    prometheusMetrics({ cache: busyCache(), registry })
    expect(readPrometheusText(await registry.metrics()).size).toBeGreaterThan(15)
  })

  it('of several workers are put together as their numbers allow', async () => {
    const registry = new Registry()
    const workers = [busyCache(), busyCache()]
    const [first, second] = workers
    if (second !== undefined) {
      second.state = { ...second.state, l2: 'down', log: { lagMs: 5_000, isCaughtUp: false, pending: 1 } }
    }
    const said: object[] = []
    for (const cache of workers) {
      const metrics = prometheusMetrics({ cache, registry })
      said.push(JSON.parse(JSON.stringify(await registry.getMetricsAsJSON())) as object)
      metrics.close()
    }
    const together = AggregatorRegistry.aggregate(said)
    const families = readPrometheusText(await together.metrics())
    const told = (name: string, labels = {}) => sampleOf(families, `thermocline_cache_${name}`, labels)
    expect(first?.reads).toBe(1)
    expect(told('loads_total', { policy: 'product' })).toBe(6)
    expect(told('load_duration_seconds_bucket', { policy: 'product', le: '0.005' })).toBe(4)
    expect([told('l1_entries'), told('l2_up'), told('log_lag_seconds'), told('log_pending_names')]).toEqual([
      4, 0, 5, 1,
    ])
  })
})

describe('what can’t work', () => {
  it.each([
    ['no registry', { registry: undefined }, /`registry: undefined`/],
    ['the module in place of a registry', { registry: { register: {} } }, /`registry: an object`/],
    ['no cache', { cache: {} }, /`cache: an object`/],
    ['a prefix that Prometheus refuses', { prefix: '2-caches:' }, /`prefix: "2-caches:"`/],
    ['an empty name', { name: '' }, /`name: ""`/],
    ['an option that does not exist', { labels: {} }, /labels/],
  ])('is refused at once: %s', (_, options, message) => {
    const given = { cache: busyCache(), registry: new Registry(), ...options } as PrometheusOptions
    expect(() => prometheusMetrics(given)).toThrow(message)
  })

  it('is refused at once: a name that is taken', async () => {
    const registry = new Registry()
    prometheusMetrics({ cache: busyCache(), registry })
    expect(() => prometheusMetrics({ cache: busyCache(), registry })).toThrow(/a cache of that name/)
    const metrics = await registry.metrics()
    expect(readPrometheusText(metrics).size).toBeGreaterThan(15)
  })

  it('is refused at once: a registry with a metric of that name from elsewhere', () => {
    const registry = new Registry()
    void new Counter({ name: 'thermocline_cache_loads_total', help: 'Mine.', registers: [registry] })
    expect(() => prometheusMetrics({ cache: busyCache(), registry })).toThrow(/Give another `prefix`/)
    expect(registry.getMetricsAsArray()).toHaveLength(1)
    prometheusMetrics({ cache: busyCache(), registry, prefix: 'shop_' })
    expect(registry.getSingleMetric('shop_loads_total')).toBeDefined()
  })
})
