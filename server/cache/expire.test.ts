import { describe, expect, it } from 'vitest'
import { deferred } from '../../test/support/deferred.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { useRedisCaches } from '../../test/support/redis-caches.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { memoryDriver } from '../l2/memory-driver.ts'
import type { CacheEvent } from './cache-event.ts'
import type { TieredCacheOptions } from './cache-options.ts'
import { createTieredCache } from './tiered-cache.ts'

function setUp(options: TieredCacheOptions = {}) {
  const clock = new ManualClock()
  const events: CacheEvent[] = []
  const onEvent = (event: CacheEvent) => events.push(event)
  const cache = createTieredCache({ clock: clock.now, jitter: 0, onEvent, ...options })
  return { cache, clock, events }
}

const failing = () => Promise.reject(new Error('no database'))
const NAMES = [{ keys: ['a'] }, { groups: ['g'] }, { prefixes: ['a'] }, { prefixes: [''] }] as const

describe.each([
  ['in L1 alone', () => setUp(), { l1: '10m', l2: 0 }],
  ['in L2', () => setUp({ l2: memoryDriver() }), { l1: 0, l2: '10m' }],
  ['in both tiers', () => setUp({ l2: memoryDriver() }), { l1: '10m', l2: '10m' }],
])('what was expired, %s,', (_, make, lifetimes) => {
  it.each(NAMES)('by %j, is loaded again, and kept anew', async (what) => {
    const { cache } = make()
    const options = { ...lifetimes, groups: ['g'] }
    await cache.getOrSet('a', () => 'old', options)
    expect(await cache.invalidate({ ...what, mode: 'expire' })).toEqual({ acknowledged: true, missing: [] })
    expect(cache.peek('a')).toBeUndefined()
    expect(await cache.get('a', options)).toBeUndefined()
    expect(await cache.getMany(['a'], options)).toEqual([undefined])
    expect(await cache.getOrSet('a', () => 'new', options)).toBe('new')
    expect(await cache.getOrSet('a', () => 'never called', options)).toBe('new')
    expect(await cache.get('a', options)).toBe('new')
  })

  it('is given at once within staleWhileRevalidate, counted from then, while one load renews it', async () => {
    const { cache, clock, events } = make()
    const options = { ...lifetimes, staleWhileRevalidate: '30s' }
    await cache.getOrSet('a', () => 'old', options)
    clock.advance(60_000)
    await cache.invalidate({ keys: ['a'], mode: 'expire' })
    clock.advance(29_000)
    const gate = deferred<string>()
    expect(await cache.getOrSet('a', () => gate.promise, options)).toBe('old')
    expect(events).toContainEqual({ type: 'stale-served', key: 'a', reason: 'revalidating' })
    clock.advance(2_000)
    const late = cache.getOrSet('a', () => 'never called', options)
    gate.resolve('new')
    expect(await late).toBe('new')
  })

  it('stands in for a failed load within staleIfError, and not after that', async () => {
    const { cache, clock } = make()
    const options = { ...lifetimes, staleIfError: '1m' }
    await cache.getOrSet('a', () => 'old', options)
    await cache.invalidate({ keys: ['a'], mode: 'expire' })
    expect(await cache.getOrSet('a', failing, options)).toBe('old')
    clock.advance(60_000)
    await expect(cache.getOrSet('a', failing, options)).rejects.toThrow('no database')
  })

  it('is never given once it was deleted as well, before or after', async () => {
    const { cache } = make()
    const options = { ...lifetimes, groups: ['g'], staleIfError: '1h', staleWhileRevalidate: '1h' }
    for (const modes of [['expire', 'delete'] as const, ['delete', 'expire'] as const]) {
      await cache.set('a', 'old', options)
      for (const mode of modes) await cache.invalidate({ groups: ['g'], mode })
      await expect(cache.getOrSet('a', failing, options)).rejects.toThrow('no database')
    }
  })

  it('is neither waited for nor put back by a load that had begun before', async () => {
    const { cache, events } = make()
    const gate = deferred<string>()
    const begun = deferred<void>()
    const load = () => {
      begun.resolve()
      return gate.promise
    }
    const slow = cache.getOrSet('a', load, lifetimes)
    await begun.promise
    await cache.invalidate({ keys: ['a'], mode: 'expire' })
    expect(await cache.getOrSet('a', () => 'new', lifetimes)).toBe('new')
    gate.resolve('old')
    expect(await slow).toBe('old')
    expect(events).toContainEqual(expect.objectContaining({ type: 'load', outcome: 'overtaken' }))
    expect(await cache.get('a', lifetimes)).toBe('new')
  })

  it('is found by `find` with how long it has been, and what is merely old is not', async () => {
    const { cache, clock } = make()
    const options = { ...lifetimes, l1: '10m' }
    await cache.getOrSet('a', () => 'old', options)
    await cache.getOrSet('b', () => 'other', options)
    expect(await cache.find('b', options)).toEqual({ value: 'other' })
    await cache.invalidate({ keys: ['a'], mode: 'expire' })
    clock.advance(5_000)
    expect(await cache.find('a', options)).toEqual({ value: 'old', expiredForMs: 5_000 })
    clock.advance(600_000)
    expect(await cache.find('a', options)).toBeUndefined()
    expect(await cache.find('b', options)).toBeUndefined()
  })
})

it('an expiry never prolongs: what was stale before is stale since then', async () => {
  const { cache, clock } = setUp()
  const options = { l1: '1m', staleWhileRevalidate: '30s' }
  await cache.getOrSet('a', () => 'old', options)
  clock.advance(80_000)
  await cache.invalidate({ keys: ['a'], mode: 'expire' })
  clock.advance(15_000)
  expect(await cache.getOrSet('a', () => 'new', options)).toBe('new')
})

it('what slides, and a value that is cloned, are expired like any other', async () => {
  const { cache } = setUp({ values: 'cloned' })
  const options = { l1: '1m', sliding: '1m', staleWhileRevalidate: '1m' }
  await cache.getOrSet('a', () => ({ of: 'old' }), options)
  await cache.invalidate({ keys: ['a'], mode: 'expire' })
  expect(await cache.getOrSet('a', () => ({ of: 'new' }), options)).toEqual({ of: 'old' })
  await waitUntil(async () => (await cache.get<{ of: string }>('a'))?.of === 'new', 'the new value')
})

it('events tell an expiry from a deletion', async () => {
  const { cache, events } = setUp()
  await cache.invalidate({ keys: ['a'], mode: 'expire' })
  await cache.invalidate({ keys: ['b'] })
  const names = { groups: [], prefixes: [] }
  expect(events).toContainEqual({ type: 'invalidated', keys: ['a'], ...names, mode: 'expire' })
  expect(events).toContainEqual({ type: 'invalidated', keys: ['b'], ...names })
})

describe('across processes', () => {
  const caches = useRedisCaches('expire')

  it('what one expires no other gives as fresh, from L1 or from L2, and all may give it as stale', async () => {
    const { cache: one } = await caches.openReady()
    const { cache: two } = await caches.openReady()
    const options = { groups: ['g'], staleIfError: '1h' } as const
    await one.getOrSet('a', () => 'old', options)
    expect(await two.getOrSet('a', () => 'never called', options)).toBe('old')
    await one.invalidate({ groups: ['g'], mode: 'expire' })
    await waitUntil(() => two.peek('a') === undefined, 'the other one to hear of it')
    const { cache: three } = await caches.openReady()
    for (const cache of [one, two, three]) {
      expect(await cache.get('a', options)).toBeUndefined()
      expect(await cache.getOrSet('a', failing, options)).toBe('old')
    }
    expect(await two.getOrSet('a', () => 'new', { groups: ['g'] })).toBe('new')
    for (const cache of [one, two, three])
      expect(await cache.getOrSet('a', () => 'never', options)).toBe('new')
  })

  it('an expiry that waits for Redis beside a deletion reaches the others as what it was', async () => {
    let isAway = false
    const prepare = (redis: { call: unknown }): TieredCacheOptions => {
      const call = redis.call as (...args: unknown[]) => Promise<unknown>
      // Appends alone fail, as on a server that takes no writes for a while.
      redis.call = (...args: unknown[]) =>
        isAway && args[0] === 'EVAL' ? Promise.reject(new Error('away')) : Reflect.apply(call, redis, args)
      return {}
    }
    const { cache: one } = await caches.openReady({}, { prepare })
    const { cache: two } = await caches.openReady()
    const options = { staleIfError: '1h' }
    for (const key of ['a', 'b']) await two.getOrSet(key, () => 'old', options)
    isAway = true
    expect((await one.invalidate({ keys: ['a'], mode: 'expire' })).acknowledged).toBe(false)
    expect((await one.invalidate({ keys: ['b'] })).acknowledged).toBe(false)
    expect(await two.get('a')).toBe('old')
    isAway = false
    await waitUntil(() => two.peek('a') === undefined && two.peek('b') === undefined, 'both to be heard of')
    expect(await two.getOrSet('a', failing, options)).toBe('old')
    await expect(two.getOrSet('b', failing, options)).rejects.toThrow('no database')
    await waitUntil(() => one.status().l2 === 'ready', 'L2 to be in use again')
  })
})
