import * as api from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { StatedCache } from '../../test/support/observed-cache.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import type { L2Operation, LoadOperation } from './cache-operation.ts'
import { traceOperation } from './channels.ts'
import { type OpenTelemetryOptions, openTelemetryObserver } from './opentelemetry.ts'

const spans = new InMemorySpanExporter()
const cleanup: (() => unknown)[] = []
let metrics: InMemoryMetricExporter
let reader: PeriodicExportingMetricReader

beforeAll(() => {
  api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  api.trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
  )
})
afterAll(() => {
  api.context.disable()
  api.trace.disable()
})
beforeEach(() => {
  spans.reset()
  metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 })
  const provider = new MeterProvider({ readers: [reader] })
  api.metrics.setGlobalMeterProvider(provider)
  cleanup.push(
    () => api.metrics.disable(),
    () => provider.shutdown(),
  )
})
afterEach(async () => {
  for (const step of cleanup.splice(0)) await step()
})

function observe(options: Partial<OpenTelemetryOptions> = {}) {
  const cache = (options.cache ?? new StatedCache()) as StatedCache
  const observer = openTelemetryObserver({ api, ...options, cache })
  cleanup.push(() => observer.close())
  return { cache, observer }
}

async function collect(): Promise<Map<string, MetricData>> {
  metrics.reset()
  await reader.forceFlush()
  const all = metrics.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics)
  expect(all.map(({ scope }) => scope.name)).toEqual(all.map(() => 'thermocline'))
  return new Map(all.flatMap(({ metrics }) => metrics.map((metric) => [metric.descriptor.name, metric])))
}

/** The value of the one data point that has these attributes. */
function valueOf(all: Map<string, MetricData>, name: string, attributes: api.Attributes = {}): unknown {
  const points = all.get(`thermocline.cache.${name}`)?.dataPoints ?? []
  const wanted = Object.entries(attributes).map(
    ([key, value]) => [`thermocline.cache.${key}`, value] as const,
  )
  const found = points.filter((point) => wanted.every(([key, value]) => point.attributes[key] === value))
  expect(found).toHaveLength(1)
  return found[0]?.value
}

const load = (more: Partial<LoadOperation> = {}): LoadOperation => ({
  kind: 'load',
  namespace: 'shop',
  keys: ['product:42'],
  policy: 'product',
  isBackground: false,
  ...more,
})
const l2 = (more: Partial<L2Operation> = {}): L2Operation => ({
  kind: 'l2',
  namespace: 'shop',
  driver: 'redis',
  operation: 'get',
  keys: ['product:42'],
  ...more,
})

function finished(): ReadableSpan[] {
  return spans.getFinishedSpans()
}

describe('the metrics', () => {
  it('are read off the cache when they are collected, once for all', async () => {
    const { cache } = observe({ name: 'shop' })
    cache.counters.of('product').l1Hits += 7
    cache.counters.of('product').l2Misses += 2
    cache.state = { ...cache.state, breaker: 'open', log: { lagMs: 1_500, isCaughtUp: false, pending: 4 } }
    expect(cache.reads).toBe(0)
    const all = await collect()
    expect(cache.reads).toBe(1)
    const of = { name: 'shop', policy: 'product' }
    expect(valueOf(all, 'requests', { ...of, layer: 'l1', result: 'hit' })).toBe(7)
    expect(valueOf(all, 'requests', { ...of, layer: 'l2', result: 'miss' })).toBe(2)
    expect(valueOf(all, 'l1.size', { name: 'shop' })).toBe(300)
    expect(valueOf(all, 'breaker.state', { state: 'open' })).toBe(1)
    expect(valueOf(all, 'breaker.state', { state: 'closed' })).toBe(0)
    expect([valueOf(all, 'log.lag'), valueOf(all, 'log.pending_names')]).toEqual([1.5, 4])
  })

  it('have units in UCUM, and kinds that say what may be added up', async () => {
    observe().cache.counters.of('').l1Hits += 1
    const all = await collect()
    const told = (name: string) => {
      const metric = all.get(`thermocline.cache.${name}`)
      return [
        metric?.descriptor.unit,
        metric !== undefined && 'isMonotonic' in metric ? metric.isMonotonic : 'gauge',
      ]
    }
    expect(told('requests')).toEqual(['{request}', true])
    expect(told('l1.size')).toEqual(['By', false])
    expect(told('log.lag')).toEqual(['s', 'gauge'])
    expect([...all.values()].filter(({ descriptor }) => descriptor.description === '')).toEqual([])
  })

  it('grow from one collection to the next, and end with the observer', async () => {
    const { cache, observer } = observe()
    const hits = { layer: 'l1', result: 'hit' }
    cache.counters.of('').l1Hits += 1
    expect(valueOf(await collect(), 'requests', hits)).toBe(1)
    cache.counters.of('').l1Hits += 2
    expect(valueOf(await collect(), 'requests', hits)).toBe(3)
    observer.close()
    await collect()
    expect(cache.reads).toBe(2)
  })

  it('of several caches stand beside one another', async () => {
    const [first, second] = [observe({ name: 'one' }), observe({ name: 'two' })]
    first.cache.counters.of('').evictions += 1
    second.cache.counters.of('').evictions += 2
    const all = await collect()
    expect([valueOf(all, 'evictions', { name: 'one' }), valueOf(all, 'evictions', { name: 'two' })]).toEqual([
      1, 2,
    ])
  })

  it('leave out the lag of a log that was never heard, and an L2 that is not there', async () => {
    const { cache } = observe()
    cache.state = { ...cache.state, l2: 'none', log: { lagMs: undefined, isCaughtUp: false, pending: 0 } }
    const all = await collect()
    for (const name of ['log.lag', 'l2.up', 'breaker.state']) {
      expect(all.get(`thermocline.cache.${name}`)?.dataPoints ?? []).toEqual([])
    }
    expect(valueOf(all, 'log.caught_up')).toBe(0)
  })

  it('tell load times in seconds, by policy and outcome', async () => {
    const { cache } = observe({ spans: [] })
    await traceOperation(cache, load(), () => {
      const began = performance.now()
      return waitUntil(() => performance.now() >= began + 20, '20 ms to pass')
    })
    const late = load()
    await traceOperation(cache, late, () => {
      late.outcome = 'overtaken'
      return Promise.resolve(2)
    })
    const error = Object.assign(new Error('no'), { code: 'ECONNREFUSED' })
    await expect(traceOperation(cache, load(), () => Promise.reject(error))).rejects.toBe(error)
    await traceOperation(cache, l2(), () => Promise.resolve())
    const all = await collect()
    const points = all.get('thermocline.cache.load.duration')?.dataPoints ?? []
    expect(points.map(({ attributes }) => attributes)).toEqual([
      attributes({ outcome: 'loaded' }),
      attributes({ outcome: 'overtaken' }),
      { ...attributes({ outcome: 'failed' }), 'error.type': 'ECONNREFUSED' },
    ])
    const [first] = points.map(
      ({ value }) => value as { count: number; sum: number; buckets: { boundaries: number[] } },
    )
    expect(first?.count).toBe(1)
    expect(first?.sum).toBeGreaterThan(0.019)
    expect(first?.sum).toBeLessThan(19)
    expect(first?.buckets.boundaries).toContain(0.0025)
    expect(finished()).toEqual([])
  })
})

function attributes(more: Record<string, string>): Record<string, string> {
  const own = Object.entries({ name: 'thermocline', policy: 'product', ...more })
  return Object.fromEntries(own.map(([key, value]) => [`thermocline.cache.${key}`, value]))
}

describe('the spans', () => {
  it('stand between the request and what the loader asks, across awaits', async () => {
    const { cache } = observe({ name: 'shop' })
    const tracer = api.trace.getTracer('app')
    await tracer.startActiveSpan('GET /products/42', async (request) => {
      await traceOperation(cache, load(), async () => {
        await Promise.resolve()
        await traceOperation(cache, l2(), () => Promise.resolve())
        tracer.startSpan('SELECT products').end()
      })
      request.end()
    })
    const named = new Map(finished().map((span) => [span.name, span]))
    expect([...named.keys()].sort()).toEqual([
      'GET /products/42',
      'SELECT products',
      'cache load',
      'get redis',
    ])
    const loadSpan = named.get('cache load')
    expect(loadSpan?.parentSpanContext?.spanId).toBe(named.get('GET /products/42')?.spanContext().spanId)
    for (const child of ['SELECT products', 'get redis']) {
      expect(named.get(child)?.parentSpanContext?.spanId).toBe(loadSpan?.spanContext().spanId)
    }
    expect(loadSpan?.kind).toBe(api.SpanKind.INTERNAL)
    expect(loadSpan?.attributes).toEqual({
      'thermocline.cache.name': 'shop',
      'thermocline.cache.policy': 'product',
    })
    expect(named.get('get redis')?.kind).toBe(api.SpanKind.CLIENT)
    expect(named.get('get redis')?.attributes).toMatchObject({
      'db.system.name': 'redis',
      'db.operation.name': 'get',
    })
  })

  it('say how many keys were asked for at once', async () => {
    const { cache } = observe()
    await traceOperation(cache, l2({ operation: 'getMany', keys: ['a', 'b', 'c'] }), () => Promise.resolve())
    await traceOperation(cache, load({ keys: ['a', 'b'] }), () => Promise.resolve())
    const [read, loaded] = finished().map(({ attributes }) => attributes)
    expect(read?.['db.operation.batch.size']).toBe(3)
    expect(loaded?.['thermocline.cache.batch.size']).toBe(2)
  })

  it('carry keys only where that was asked for, and values never', async () => {
    const quiet = observe()
    const open = observe({ keys: true })
    for (const { cache } of [quiet, open]) {
      await traceOperation(cache, load({ keys: ['user:ada'] }), () => Promise.resolve({ phone: '555-0100' }))
      await traceOperation(cache, l2({ keys: ['user:ada'] }), () => Promise.resolve('555-0100'))
    }
    const told = finished().map(({ attributes }) => attributes['thermocline.cache.key'])
    expect(told).toEqual([undefined, undefined, 'user:ada', 'user:ada'])
    expect(JSON.stringify(finished().map(({ attributes, events }) => [attributes, events]))).not.toContain(
      '555',
    )
  })

  it('end as errors with what the loader threw, which the caller gets as it was', async () => {
    const { cache } = observe()
    const operation = load()
    const error = new TypeError('no such product')
    const outcome = traceOperation(cache, operation, () => {
      operation.outcome = 'timed-out'
      return Promise.reject(error)
    })
    await expect(outcome).rejects.toBe(error)
    const [span] = finished()
    expect(span?.status).toEqual({ code: api.SpanStatusCode.ERROR })
    expect(span?.attributes).toMatchObject({
      'error.type': 'TypeError',
      'thermocline.cache.outcome': 'timed-out',
    })
    expect(span?.events.map(({ name }) => name)).toEqual(['exception'])
  })

  it('of loads that nobody waits for are traces of their own, linked to what set them off', async () => {
    const { cache } = observe()
    await api.trace.getTracer('app').startActiveSpan('request', async (request) => {
      const refresh = traceOperation(cache, load({ isBackground: true }), () => Promise.resolve())
      request.end()
      await refresh
    })
    const [request, refresh] = finished()
    expect([request?.name, refresh?.name]).toEqual(['request', 'cache load'])
    expect(refresh?.parentSpanContext).toBeUndefined()
    expect(refresh?.spanContext().traceId).not.toBe(request?.spanContext().traceId)
    expect(refresh?.links.map(({ context }) => context.spanId)).toEqual([request?.spanContext().spanId])
  })

  it('are made for the kinds that were asked for, of this cache alone, until the observer is closed', async () => {
    const { cache, observer } = observe({ spans: ['l2'] })
    await traceOperation(cache, load(), () => Promise.resolve())
    await traceOperation({}, l2(), () => Promise.resolve())
    await traceOperation(cache, l2(), () => Promise.resolve())
    observer.close()
    await traceOperation(cache, l2(), () => Promise.resolve())
    expect(finished().map(({ name }) => name)).toEqual(['get redis'])
  })

  it('cost no request when a span processor throws', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    cleanup.push(() => printed.mockRestore())
    const broken = new BasicTracerProvider({
      spanProcessors: [
        {
          onStart: () => {
            throw new Error('The exporter is broken.')
          },
          onEnd: () => {},
          shutdown: () => Promise.resolve(),
          forceFlush: () => Promise.resolve(),
        },
      ],
    })
    const { setSpan, getSpanContext } = api.trace
    const trace = { setSpan, getSpanContext, getTracer: (name: string) => broken.getTracer(name) }
    const { cache } = observe({ api: { ...api, trace } })
    expect(await traceOperation(cache, load(), () => Promise.resolve(7))).toBe(7)
    expect(printed).toHaveBeenCalledOnce()
  })
})

describe('what can’t work', () => {
  it.each([
    ['no api', { api: undefined }, /`api: undefined`.*@opentelemetry\/api/],
    ['a part of the api', { api: { trace: api.trace } }, /`api: an object`/],
    ['no cache', { cache: {} }, /`cache: an object`/],
    ['a span of a hit', { spans: ['hit'] }, /`spans: an array of 1`/],
    ['keys by name', { keys: ['a'] }, /`keys: an array of 1`/],
    ['an empty name', { name: '' }, /`name: ""`/],
    ['an option that does not exist', { tracer: {} }, /tracer/],
  ])('is refused at once: %s', (_, options, message) => {
    const given = { cache: new StatedCache(), api, ...options } as unknown as OpenTelemetryOptions
    expect(() => openTelemetryObserver(given)).toThrow(message)
  })

  it('is not an api without an SDK behind it: that is free, and does nothing', async () => {
    api.metrics.disable()
    const { cache } = observe()
    expect(await traceOperation(cache, load(), () => Promise.resolve(7))).toBe(7)
    expect(cache.reads).toBe(0)
  })
})
