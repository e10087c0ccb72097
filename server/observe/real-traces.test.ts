import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import * as api from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Clock } from '../../test/support/cached-app.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import type { CacheMessage } from './channels.ts'
import { openTelemetryObserver } from './opentelemetry.ts'

const spans = new InMemorySpanExporter()
const cleanup: (() => unknown)[] = []
let server: RedisServer

beforeAll(async () => {
  api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  api.trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
  )
  server = await RedisServer.start()
})
afterAll(async () => {
  api.context.disable()
  api.trace.disable()
  await server.kill()
})
afterEach(async () => {
  spans.reset()
  for (const step of cleanup.splice(0).reverse()) await step()
})

function told(): CacheMessage[] {
  const messages: CacheMessage[] = []
  const listener = (message: unknown): void => void messages.push(message as CacheMessage)
  subscribe('thermocline:cache', listener)
  cleanup.push(() => unsubscribe('thermocline:cache', listener))
  return messages
}

/** The names of the finished spans, each after those that it is within. */
function paths(): string[] {
  const finished = spans.getFinishedSpans()
  const pathOf = (id: string | undefined): string => {
    const span = finished.find((span) => span.spanContext().spanId === id)
    return span === undefined ? '' : `${pathOf(span.parentSpanContext?.spanId)}/${span.name}`
  }
  return finished.map((span) => pathOf(span.spanContext().spanId)).sort()
}

describe('the spans of a cache at work', () => {
  it('show a miss as a question to L2 and a load, with what the loader asked inside it', async () => {
    const redis = new Redis(server.url)
    const cache = createTieredCache({ redis, namespace: 'traced' })
    cleanup.push(
      () => redis.disconnect(),
      () => cache.close(),
    )
    await cache.ready(5_000)
    const observer = openTelemetryObserver({ cache, api, metrics: false })
    cleanup.push(() => observer.close())
    const tracer = api.trace.getTracer('app')
    const load = async () => {
      await Promise.resolve()
      tracer.startSpan('SELECT').end()
      return 1
    }
    const request = () =>
      tracer.startActiveSpan('GET', async (span) => {
        await cache.getOrSet('a', load, { oneLoad: 'process' })
        span.end()
      })
    await request()
    expect(paths()).toEqual(['/GET', '/GET/cache load', '/GET/cache load/SELECT', '/GET/get redis'])
    spans.reset()
    await request()
    expect(paths()).toEqual(['/GET'])
  })

  it('show many keys as one question and one load', async () => {
    const redis = new Redis(server.url)
    const cache = createTieredCache({ redis, namespace: 'batches' })
    cleanup.push(
      () => redis.disconnect(),
      () => cache.close(),
    )
    await cache.ready(5_000)
    const observer = openTelemetryObserver({ cache, api, metrics: false })
    cleanup.push(() => observer.close())
    await cache.getOrSetMany(['a', 'b', 'c'], (keys) => keys.map((key) => key))
    const sizes = spans.getFinishedSpans().map(({ name, attributes }) => ({
      name,
      size: attributes['db.operation.batch.size'] ?? attributes['thermocline.cache.batch.size'],
    }))
    expect(sizes).toEqual([
      { name: 'getMany redis', size: 3 },
      { name: 'lease redis', size: 3 },
      { name: 'cache load', size: 3 },
    ])
  })

  it('show a revalidation as a trace of its own', async () => {
    const clock = new Clock()
    const cache = createTieredCache({ clock: clock.now })
    cleanup.push(() => cache.close())
    const observer = openTelemetryObserver({ cache, api, metrics: false })
    cleanup.push(() => observer.close())
    const options = { l1: '10s', l2: '10s', staleWhileRevalidate: '1m' } as const
    await cache.getOrSet('a', () => 1, options)
    clock.forward(20)
    spans.reset()
    await api.trace.getTracer('app').startActiveSpan('GET', async (span) => {
      expect(await cache.getOrSet('a', () => 2, options)).toBe(1)
      span.end()
    })
    await waitUntil(() => spans.getFinishedSpans().length === 2, 'both spans')
    expect(paths()).toEqual(['/GET', '/cache load'])
  })
})

describe('the events of a cache at work', () => {
  it('come over the channel with the namespace', async () => {
    const messages = told()
    const cache = createTieredCache({ namespace: 'told' })
    cleanup.push(() => cache.close())
    const asked = [1, 2].map(() => cache.getOrSet('a', () => Promise.resolve(1), { l1: '1m', l2: '5m' }))
    await Promise.all(asked)
    await cache.invalidate({ keys: ['a'] })
    expect(messages.every(({ namespace }) => namespace === 'told')).toBe(true)
    const types = messages.map(({ type }) => type).filter((type) => type !== 'log-caught-up')
    expect([...new Set(types)]).toEqual(['coalesced', 'load', 'invalidated'])
  })

  it('tell each state of the breaker once', async () => {
    const own = await RedisServer.start()
    const redis = new Redis(own.url, { retryStrategy: () => 20 })
    redis.on('error', () => {})
    const cache = createTieredCache({ redis, namespace: 'breaker', maxLagMs: '1m' })
    cleanup.push(
      () => own.kill(),
      () => redis.disconnect(),
      () => cache.close(),
    )
    await cache.ready(5_000)
    const messages = told()
    const states = () => messages.flatMap((message) => (message.type === 'breaker' ? [message.state] : []))
    own.freeze()
    let asked = 0
    const until = (state: string) =>
      waitUntil(async () => {
        asked += 1
        await cache.getOrSet(`key:${asked}`, () => asked)
        return states().at(-1) === state
      }, `the breaker to be ${state}`)
    await until('open')
    own.thaw()
    await until('closed')
    expect(states()).toEqual(['open', 'half-open', 'closed'])
  })
})
