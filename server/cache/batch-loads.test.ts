import { describe, expect, it, vi } from 'vitest'
import { deferred } from '../../test/support/deferred.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { countLeases, useRedisCaches } from '../../test/support/redis-caches.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { memoryDriver } from '../l2/memory-driver.ts'
import type { TieredCacheOptions } from './cache-options.ts'
import { createTieredCache } from './tiered-cache.ts'

const failing = () => Promise.reject(new Error('no database'))

/** A loader of many that notes its calls, and answers when its gate opens. */
function makeLoader() {
  const calls: string[][] = []
  const gate = deferred<void>()
  const loadMany = async (keys: readonly string[]) => {
    calls.push([...keys])
    await gate.promise
    return keys.map((key) => `${key}!`)
  }
  return { calls, gate, loadMany }
}

describe('a batch with values past their lifetime', () => {
  async function setUp() {
    const clock = new ManualClock()
    const cache = createTieredCache({ clock: clock.now, jitter: 0, l2: memoryDriver() })
    await cache.set('a', 'A', { l1: '1m', l2: '1m', staleIfError: '1h' })
    await cache.set('b', 'B', { l1: 0, l2: '1m', staleIfError: '1h' })
    clock.advance(61_000)
    return { cache, clock, ...makeLoader() }
  }

  it('gives them at once within staleWhileRevalidate, while one call renews them', async () => {
    const { cache, calls, gate, loadMany } = await setUp()
    const options = { staleWhileRevalidate: '1h' }
    expect(await cache.getOrSetMany(['a', 'b'], loadMany, options)).toEqual(['A', 'B'])
    gate.resolve()
    await waitUntil(async () => (await cache.get('b')) === 'b!', 'the new values')
    expect(await cache.getMany(['a', 'b'])).toEqual(['a!', 'b!'])
    expect(calls).toEqual([['a', 'b']])
  })

  it('gives them in place of an error within staleIfError, where there is one for each key', async () => {
    const { cache } = await setUp()
    const options = { staleIfError: '1h' }
    expect(await cache.getOrSetMany(['a', 'b'], failing, options)).toEqual(['A', 'B'])
    await expect(cache.getOrSetMany(['a', 'b', 'c'], failing, options)).rejects.toThrow('no database')
    await expect(cache.getOrSetMany(['a', 'b'], failing)).rejects.toThrow('no database')
  })

  it('waits for the loader as long as softTimeout, and then gives them', async () => {
    const { cache, loadMany } = await setUp()
    const options = { staleIfError: '1h', softTimeout: 1 }
    expect(await cache.getOrSetMany(['a', 'b'], loadMany, options)).toEqual(['A', 'B'])
  })

  it('spares a source that has just failed', async () => {
    const { cache, calls, loadMany } = await setUp()
    const options = { staleIfError: '1h' }
    await cache.getOrSetMany(['a', 'b'], failing, options)
    expect(await cache.getOrSetMany(['a', 'b'], loadMany, options)).toEqual(['A', 'B'])
    expect(calls).toEqual([])
  })

  it('loads again for who joined a load that failed, if it was invalidated since that began', async () => {
    const { cache, calls, gate, loadMany } = await setUp()
    const first = cache.getOrSetMany(['a', 'b'], loadMany)
    await waitUntil(() => calls.length === 1, 'the load')
    const joined = cache.getOrSetMany(['b', 'c'], (keys) => keys.map((key) => `${key}?`))
    const single = cache.getOrSet('a', () => 'a?')
    await cache.invalidate({ groups: ['g'] })
    gate.reject(new Error('no database'))
    await expect(first).rejects.toThrow('no database')
    expect([await joined, await single]).toEqual([['b?', 'c?'], 'a?'])
  })
})

it('A batch renews a hit before its end, as a single call would', async () => {
  const clock = new ManualClock()
  const cache = createTieredCache({ clock: clock.now, jitter: 0, random: () => 0.999 })
  const slowly = (keys: readonly string[]) => {
    clock.advance(1_000)
    return keys.map(() => 1)
  }
  await cache.getOrSetMany(['a'], slowly, { l1: '10s' })
  clock.advance(9_000)
  expect(await cache.getOrSetMany(['a'], (keys) => keys.map(() => 2), { l1: '10s' })).toEqual([1])
  await waitUntil(() => cache.peek('a') === 2, 'the new value')
})

describe('batches in several processes', () => {
  const caches = useRedisCaches('batch')

  async function makeCache(options: TieredCacheOptions = {}) {
    const opened = await caches.openReady(options)
    return { ...opened, waits: () => countLeases(opened.events, 'waited'), ...makeLoader() }
  }

  it('load a key once: each what nobody else is loading', async () => {
    const [one, two] = await Promise.all([makeCache(), makeCache()])
    const first = one.cache.getOrSetMany(['a', 'b'], one.loadMany)
    await waitUntil(() => one.calls.length === 1, 'the first load')
    const second = two.cache.getOrSetMany(['b', 'c', 'a'], two.loadMany)
    // Without waiting for what the other one does.
    await waitUntil(() => two.calls.length === 1 && two.waits() === 2, 'the second load')
    two.gate.resolve()
    one.gate.resolve()
    expect([await first, await second]).toEqual([
      ['a!', 'b!'],
      ['b!', 'c!', 'a!'],
    ])
    expect([one.calls, two.calls]).toEqual([[['a', 'b']], [['c']]])
  })

  it('share their loads with single callers, both ways', async () => {
    const [one, two] = await Promise.all([makeCache(), makeCache()])
    const batch = one.cache.getOrSetMany(['a', 'b'], one.loadMany)
    await waitUntil(() => one.calls.length === 1, 'the load')
    const gate = deferred<string>()
    let isLoading = false
    const single = two.cache.getOrSet('c', () => {
      isLoading = true
      return gate.promise
    })
    await waitUntil(() => isLoading, 'the single load')
    const waiting = two.cache.getOrSet('a', () => 'never called')
    const other = one.cache.getOrSetMany(['c'], () => ['never called'])
    await waitUntil(() => two.waits() === 1 && one.waits() === 1, 'both to wait')
    gate.resolve('C')
    one.gate.resolve()
    expect(await Promise.all([batch, single, waiting, other])).toEqual([['a!', 'b!'], 'C', 'a!', ['C']])
  })

  it('tell each other of a failure, and of what does not exist', async () => {
    const [one, two] = await Promise.all([makeCache(), makeCache()])
    const fail = deferred<undefined[]>()
    const nothing = deferred<undefined[]>()
    const settled = Promise.allSettled([
      one.cache.getOrSetMany(['a', 'b'], () => fail.promise),
      one.cache.getOrSetMany(['c'], () => nothing.promise),
    ])
    await waitUntil(async () => (await one.redis.keys('*lease*')).length >= 3, 'the leases')
    const others = Promise.allSettled([
      two.cache.getOrSetMany(['b'], two.loadMany),
      two.cache.getOrSetMany(['c'], two.loadMany),
    ])
    await waitUntil(() => two.waits() === 2, 'the other to wait')
    fail.reject(new Error('no database'))
    nothing.resolve([undefined])
    await settled
    expect(await others).toMatchObject([
      { reason: { code: 'load-failed', message: expect.stringContaining('no database') as string } },
      { value: [undefined] },
    ])
    expect(two.calls).toEqual([])
  })

  it('take over in one call what a process that died was to load', async () => {
    const { cache, redis, calls, gate, loadMany } = await makeCache({ leaseMs: 200 })
    gate.resolve()
    for (const key of ['a', 'b']) {
      const token = `-${cache.status().log.head}.dead.1`
      await redis.set(`${caches.namespace()}:v:lease:{${key}}`, token, 'PX', 200)
    }
    expect(await cache.getOrSetMany(['a', 'b', 'c'], loadMany)).toEqual(['a!', 'b!', 'c!'])
    expect(calls[0]).toEqual(['c'])
    expect(calls.flat().sort()).toEqual(['a', 'b', 'c'])
  })

  it('load all in each process where the entry says so', async () => {
    const [one, two] = await Promise.all([makeCache(), makeCache()])
    const first = one.cache.getOrSetMany(['a'], one.loadMany, { oneLoad: 'process' })
    two.gate.resolve()
    expect(await two.cache.getOrSetMany(['a'], two.loadMany, { oneLoad: 'process' })).toEqual(['a!'])
    one.gate.resolve()
    expect(await first).toEqual(['a!'])
    expect([one.calls, two.calls]).toEqual([[['a']], [['a']]])
  })

  it('ask Redis in two round trips, however many keys are missing', async () => {
    const { cache, redis, gate, loadMany } = await makeCache()
    gate.resolve()
    const keys = Array.from({ length: 50 }, (_, index) => `key-${index}`)
    // A server is sent each script in full once.
    await cache.getOrSetMany(['first'], loadMany)
    const turns = vi.spyOn(redis.stream, 'cork')
    await cache.getOrSetMany(keys, loadMany)
    await waitUntil(async () => (await cache.get('key-49')) !== undefined, 'the values')
    // The values and the leases; then all leases are given back with their values.
    expect(turns.mock.calls.length).toBeLessThanOrEqual(3)
  })
})
