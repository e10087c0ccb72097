import { describe, expect, it } from 'vitest'
import { definePolicies, publicData } from '../../policy/index.ts'
import { deferred } from '../../test/support/deferred.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { memoryDriver } from '../l2/memory-driver.ts'
import type { CacheEvent } from './cache-event.ts'
import type { TieredCacheOptions } from './cache-options.ts'
import { createTieredCache } from './tiered-cache.ts'

const MINUTE = 60_000

function setUp(options: TieredCacheOptions = {}) {
  const clock = new ManualClock()
  const events: CacheEvent[] = []
  const onEvent = (event: CacheEvent) => events.push(event)
  const cache = createTieredCache({ clock: clock.now, jitter: 0, onEvent, ...options })
  return { cache, clock, events, served: () => events.filter(({ type }) => type === 'stale-served') }
}

const failing = () => Promise.reject(new Error('no database'))

describe.each([
  ['in L1 alone', () => setUp(), { l1: '1m', l2: 0 }],
  ['in L2', () => setUp({ l2: memoryDriver() }), { l1: 0, l2: '1m' }],
  ['in both tiers', () => setUp({ l2: memoryDriver() }), { l1: '1m', l2: '1m' }],
])('a value past its lifetime, %s,', (_, make, lifetimes) => {
  it('is given at once within staleWhileRevalidate, while one load renews it', async () => {
    const { cache, clock, served } = make()
    const options = { ...lifetimes, staleWhileRevalidate: '30s' }
    await cache.getOrSet('a', () => 'old', options)
    clock.advance(MINUTE + 10_000)
    const gate = deferred<string>()
    let loads = 0
    const load = () => {
      loads += 1
      return gate.promise
    }
    const answers = [1, 2, 3].map(() => cache.getOrSet('a', load, options))
    expect(await Promise.all(answers)).toEqual(['old', 'old', 'old'])
    gate.resolve('new')
    await waitUntil(async () => (await cache.getOrSet('a', load, options)) === 'new', 'the new value')
    expect(loads).toBe(1)
    expect(served()[0]).toMatchObject({ reason: 'revalidating' })
  })

  it('is waited for when the window is over, also by those who find the renewal on its way', async () => {
    const { cache, clock } = make()
    const options = { ...lifetimes, staleWhileRevalidate: '30s' }
    await cache.getOrSet('a', () => 'old', options)
    clock.advance(MINUTE + 29_000)
    const gate = deferred<string>()
    expect(await cache.getOrSet('a', () => gate.promise, options)).toBe('old')
    clock.advance(2_000)
    const late = cache.getOrSet('a', () => 'never called', options)
    gate.resolve('new')
    expect(await late).toBe('new')
  })

  it('stands in for a failed load within staleIfError, and not after that', async () => {
    const { cache, clock, served } = make()
    const options = { ...lifetimes, staleIfError: '1h' }
    await cache.getOrSet('a', () => 'old', options)
    clock.advance(MINUTE + 1)
    expect(await cache.getOrSet('a', failing, options)).toBe('old')
    expect(served()).toEqual([{ type: 'stale-served', key: 'a', reason: 'error' }])
    clock.advance(60 * MINUTE)
    await expect(cache.getOrSet('a', failing, options)).rejects.toThrow('no database')
  })

  it('spares the source for a second after a failure, twice as long after the next', async () => {
    const { cache, clock } = make()
    const options = { ...lifetimes, staleIfError: '1h' }
    await cache.getOrSet('a', () => 'old', options)
    clock.advance(MINUTE + 1)
    let loads = 0
    const ask = () =>
      cache.getOrSet(
        'a',
        () => {
          loads += 1
          return failing()
        },
        options,
      )
    const countAfter = async (ms: number) => {
      clock.advance(ms)
      expect(await ask()).toBe('old')
      return loads
    }
    expect(await countAfter(0)).toBe(1)
    expect(await countAfter(999)).toBe(1)
    expect(await countAfter(1)).toBe(2)
    expect(await countAfter(1_999)).toBe(2)
    expect(await countAfter(1)).toBe(3)
  })

  it('is given once the loader has been waited for as long as softTimeout, and renewed when it is done', async () => {
    const { cache, clock, served } = make()
    const options = { ...lifetimes, staleIfError: '1h', softTimeout: 1 }
    await cache.getOrSet('a', () => 'old', options)
    clock.advance(MINUTE + 1)
    const gate = deferred<string>()
    expect(await cache.getOrSet('a', () => gate.promise, options)).toBe('old')
    expect(served()).toEqual([{ type: 'stale-served', key: 'a', reason: 'slow' }])
    gate.resolve('new')
    await waitUntil(async () => (await cache.getOrSet('a', failing, options)) === 'new', 'the new value')
  })

  it('is gone when it was invalidated', async () => {
    const { cache, clock } = make()
    const options = { ...lifetimes, staleIfError: '1h', staleWhileRevalidate: '1h', groups: ['g'] }
    await cache.getOrSet('a', () => 'old', options)
    clock.advance(MINUTE + 1)
    await cache.invalidate({ groups: ['g'] })
    await expect(cache.getOrSet('a', failing, options)).rejects.toThrow('no database')
  })

  it('is not given either if it is invalidated while the load fails', async () => {
    const { cache, clock } = make()
    const options = { ...lifetimes, staleIfError: '1h', groups: ['g'] }
    await cache.getOrSet('a', () => 'old', options)
    clock.advance(MINUTE + 1)
    const gate = deferred<string>()
    const answer = cache.getOrSet('a', () => gate.promise, options)
    await cache.invalidate({ groups: ['g'] })
    gate.reject(new Error('no database'))
    await expect(answer).rejects.toThrow('no database')
  })
})

it('A policy lets a stale value in L1 stand in for a failed load as long as it lets an HTTP cache', async () => {
  const policies = definePolicies({ product: publicData({ l1: '1m', staleIfError: '1h' }) })
  const { cache, clock } = setUp({ policies })
  await cache.getOrSet('a', () => 'old', { policy: 'product' })
  clock.advance(2 * MINUTE)
  expect(await cache.getOrSet('a', failing, { policy: 'product' })).toBe('old')
})

describe('hardTimeout', () => {
  it('fails a load that hangs, tells it to stop, and lets the next caller try', async () => {
    const { cache, events } = setUp()
    let signal: AbortSignal | undefined
    const hang = (context: { signal: AbortSignal }) => {
      signal = context.signal
      return new Promise<string>(() => {})
    }
    await expect(cache.getOrSet('a', hang, { hardTimeout: 1 })).rejects.toMatchObject({
      code: 'load-timeout',
    })
    expect(signal?.aborted).toBe(true)
    expect(events).toContainEqual(expect.objectContaining({ type: 'load', outcome: 'timed-out' }))
    expect(await cache.getOrSet('a', () => 'value', { hardTimeout: 1 })).toBe('value')
  })

  it('drops what a load brings after that', async () => {
    const { cache } = setUp()
    const gate = deferred<string>()
    await expect(cache.getOrSet('a', () => gate.promise, { hardTimeout: 1 })).rejects.toThrow(
      /took longer than 1 ms/,
    )
    gate.resolve('late')
    await gate.promise
    expect(cache.peek('a')).toBeUndefined()
  })

  it('must be longer than softTimeout', async () => {
    const { cache } = setUp()
    const options = { softTimeout: '2s', hardTimeout: '1s' }
    await expect(cache.getOrSet('a', () => 1, options)).rejects.toThrow(/Give the soft one less/)
  })
})

describe('failureBackoff', () => {
  it('gives all who come the same error for so long, and then tries again', async () => {
    const { cache, clock } = setUp()
    let loads = 0
    const ask = () =>
      cache.getOrSet(
        'a',
        () => {
          loads += 1
          return failing()
        },
        { failureBackoff: '5s' },
      )
    await expect(ask()).rejects.toThrow('no database')
    clock.advance(4_999)
    await expect(ask()).rejects.toThrow('no database')
    expect(loads).toBe(1)
    clock.advance(1)
    await expect(ask()).rejects.toThrow('no database')
    expect(loads).toBe(2)
  })

  it('of nothing tries for each who comes', async () => {
    const { cache } = setUp()
    await expect(cache.getOrSet('a', failing)).rejects.toThrow('no database')
    expect(await cache.getOrSet('a', () => 1)).toBe(1)
  })
})
