import { AsyncLocalStorage } from 'node:async_hooks'
import { type Channel, channel, subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, describe, expect, it } from 'vitest'
import type { CacheTracer, LoadOperation } from './cache-operation.ts'
import { addTracer, publishEvent, traceOperation } from './channels.ts'

const cleanup: (() => unknown)[] = []
afterEach(() => {
  for (const step of cleanup.splice(0)) step()
})

function listen(name: string): unknown[] {
  const heard: unknown[] = []
  const listener = (message: unknown): void => void heard.push(message)
  subscribe(name, listener)
  cleanup.push(() => unsubscribe(name, listener))
  return heard
}

function loadOf(key: string): LoadOperation {
  return { kind: 'load', namespace: 'shop', keys: [key], policy: 'product', isBackground: false }
}

describe('the channel of events', () => {
  it('carries each event with the namespace of its cache', () => {
    const heard = listen('thermocline:cache')
    publishEvent('shop', { type: 'coalesced', key: 'product:42' })
    expect(heard).toEqual([{ type: 'coalesced', key: 'product:42', namespace: 'shop' }])
  })

  it('makes no message while nobody listens', () => {
    let reads = 0
    const event = {
      type: 'coalesced' as const,
      get key() {
        reads += 1
        return 'product:42'
      },
    }
    publishEvent('shop', event)
    expect(reads).toBe(0)
    listen('thermocline:cache')
    publishEvent('shop', event)
    expect(reads).toBe(1)
  })
})

describe('the tracing channels', () => {
  it('tell when a load begins and ends, and never what it brought', async () => {
    const starts = listen('tracing:thermocline:load:start')
    const ends = listen('tracing:thermocline:load:asyncEnd')
    const errors = listen('tracing:thermocline:load:error')
    const operation = loadOf('product:42')
    const value = { secret: 'mine' }
    const outcome = traceOperation({}, operation, async () => {
      expect(ends).toEqual([])
      operation.outcome = 'overtaken'
      return Promise.resolve(value)
    })
    expect(starts).toEqual([operation])
    expect(await outcome).toBe(value)
    expect(ends).toEqual([
      expect.objectContaining({
        kind: 'load',
        keys: ['product:42'],
        namespace: 'shop',
        outcome: 'overtaken',
      }),
    ])
    expect(errors).toEqual([])
    expect(JSON.stringify([starts, ends])).not.toContain('mine')
  })

  it('tell of the error, which the caller gets as it was', async () => {
    const errors = listen('tracing:thermocline:load:error')
    const error = new Error('The database is away.')
    await expect(traceOperation({}, loadOf('a'), () => Promise.reject(error))).rejects.toBe(error)
    expect(errors).toEqual([expect.objectContaining({ keys: ['a'], error })])
  })

  it('tell of questions to L2 apart from loads', async () => {
    const l2 = listen('tracing:thermocline:l2:start')
    const loads = listen('tracing:thermocline:load:start')
    const operation = {
      kind: 'l2',
      namespace: 'shop',
      driver: 'redis',
      operation: 'get',
      keys: ['a'],
    } as const
    await traceOperation({}, operation, () => Promise.resolve())
    expect(l2).toEqual([expect.objectContaining({ driver: 'redis', keys: ['a'] })])
    expect(loads).toEqual([])
  })

  it('carry a store that was bound to them through the load', async () => {
    const requests = new AsyncLocalStorage<string>()
    const { start } = tracingChannel<string, LoadOperation>('thermocline:load')
    start.bindStore(requests, ({ keys }) => `load of ${keys.join()}`)
    cleanup.push(() => start.unbindStore(requests))
    const seen = traceOperation({}, loadOf('a'), async () => {
      await Promise.resolve()
      return requests.getStore()
    })
    expect(await seen).toBe('load of a')
  })

  it('leave a call as it is while nobody listens: the promise is the loader’s own', () => {
    const promise = Promise.resolve(1)
    expect(hasNobody(channel('tracing:thermocline:load:start'))).toBe(true)
    expect(traceOperation({}, loadOf('a'), () => promise)).toBe(promise)
  })
})

describe('the tracers of a cache', () => {
  it('run the operations of that cache and of no other, until they are taken away', async () => {
    const cache = {}
    const seen: string[] = []
    const remove = addTracer(cache, (operation, run) => {
      seen.push(operation.keys.join())
      return run()
    })
    await traceOperation(cache, loadOf('a'), () => Promise.resolve())
    await traceOperation({}, loadOf('b'), () => Promise.resolve())
    remove()
    await traceOperation(cache, loadOf('c'), () => Promise.resolve())
    expect(seen).toEqual(['a'])
  })

  it('run inside one another, the last one that came outermost', async () => {
    const cache = {}
    const seen: string[] = []
    const tracer =
      (name: string): CacheTracer =>
      async (_, run) => {
        seen.push(`${name} begins`)
        const value = await run()
        seen.push(`${name} ends`)
        return value
      }
    cleanup.push(addTracer(cache, tracer('first')), addTracer(cache, tracer('second')))
    expect(await traceOperation(cache, loadOf('a'), () => Promise.resolve(7))).toBe(7)
    expect(seen).toEqual(['second begins', 'first begins', 'first ends', 'second ends'])
  })
})

function hasNobody(channel: Channel): boolean {
  return !channel.hasSubscribers
}
