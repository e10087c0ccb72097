import type { Redis } from 'ioredis'
import { describe, expect, it, vi } from 'vitest'
import { definePolicies, publicData } from '../../policy/index.ts'
import { useRedisCaches } from '../../test/support/redis-caches.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import type { TieredCacheOptions } from './cache-options.ts'
import { type TieredCache, createTieredCache } from './tiered-cache.ts'

const caches = useRedisCaches('test')

/** One "process": a cache with a Redis connection of its own. */
const makeCache = (options: TieredCacheOptions = {}) => caches.openReady(options, { retryMs: 20 })

/** A loader that counts its calls and can be held back. */
function source<T>(value: () => T) {
  const state = { calls: 0, release: () => {}, gate: Promise.resolve() }
  return {
    state,
    hold() {
      state.gate = new Promise<void>((resolve) => {
        state.release = resolve
      })
    },
    load: async () => {
      state.calls += 1
      const read = value()
      await state.gate
      return read
    },
  }
}

const settled = (cache: TieredCache, redis: Redis, key: string) =>
  waitUntil(async () => (await redis.exists(`${caches.namespace()}:v:{${key}}`)) === 1, `${key} in L2`)

describe('reading', () => {
  it('loads once, then answers from L1', async () => {
    const { cache } = await makeCache()
    const { load, state } = source(() => ({ price: 100 }))
    expect(await cache.getOrSet('a', load)).toEqual({ price: 100 })
    expect(await cache.getOrSet('a', load)).toEqual({ price: 100 })
    expect(state.calls).toBe(1)
  })

  it('answers another process from L2', async () => {
    const one = await makeCache()
    const two = await makeCache()
    const { load, state } = source(() => [1, 2, 3])
    await one.cache.getOrSet('a', load)
    await settled(one.cache, one.redis, 'a')
    expect(await two.cache.getOrSet('a', load)).toEqual([1, 2, 3])
    expect(await two.cache.get('a')).toEqual([1, 2, 3])
    expect(state.calls).toBe(1)
  })

  it('calls the loader once for a hundred callers', async () => {
    const { cache } = await makeCache()
    const { load, state } = source(() => 'v')
    const values = await Promise.all(Array.from({ length: 100 }, () => cache.getOrSet('a', load)))
    expect(new Set(values)).toEqual(new Set(['v']))
    expect(state.calls).toBe(1)
  })

  it('tells all callers of a failed load, and asks again next time', async () => {
    const { cache } = await makeCache()
    let calls = 0
    const failing = () => {
      calls += 1
      return Promise.reject(new Error('no database'))
    }
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => cache.getOrSet('a', failing)))
    expect(results.every((result) => result.status === 'rejected')).toBe(true)
    expect(calls).toBe(1)
    expect(await cache.getOrSet('a', () => 1)).toBe(1)
  })

  it('keeps null, and does not keep undefined', async () => {
    const { cache } = await makeCache()
    expect(await cache.getOrSet('null', () => null)).toBeNull()
    expect(await cache.get('null')).toBeNull()
    expect(await cache.getOrSet<number | undefined>('none', () => undefined)).toBeUndefined()
    expect(await cache.getOrSet<number | undefined>('none', () => 7)).toBe(7)
  })

  it('lets a get beside a load neither wait for it nor spoil it', async () => {
    const { cache } = await makeCache()
    const slow = source(() => 1)
    slow.hold()
    const loading = cache.getOrSet('a', slow.load)
    expect(await cache.get('a')).toBeUndefined()
    slow.state.release()
    expect(await loading).toBe(1)
  })

  it('hands out one frozen object, so that no caller can change it for the others', async () => {
    const { cache } = await makeCache()
    const value = await cache.getOrSet('a', () => ({ list: [1] }))
    expect(() => value.list.push(2)).toThrow(TypeError)
  })

  it('reads a value that is no JSON from L1 only, and says so', async () => {
    const { cache, redis, events } = await makeCache()
    await cache.getOrSet('a', () => ({ at: new Date(0) }))
    expect(await redis.exists(`${caches.namespace()}:v:{a}`)).toBe(0)
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'not-stored', code: 'value-unserializable' }),
    )
    expect(await cache.get('a')).toEqual({ at: new Date(0) })
  })

  it('keeps an array in L1 only if there is more to it than its elements', async () => {
    const { cache, redis, events } = await makeCache()
    const match = () => 'a-1'.match(/(\w)-(?<number>\d)/)
    const found = await cache.getOrSet('a', match)
    expect(found?.groups?.['number']).toBe('1')
    expect(await redis.exists(`${caches.namespace()}:v:{a}`)).toBe(0)
    expect(events).toContainEqual(expect.objectContaining({ type: 'not-stored', key: 'a' }))
    // The elements alone are what JSON carries.
    await cache.getOrSet('b', () => [...(match() ?? [])], { l1: 0 })
    await waitUntil(async () => (await cache.get('b')) !== undefined, 'the value in L2')
    expect(await cache.get('b')).toEqual(['a-1', 'a', '1'])
  })

  it('takes what Redis holds and can not be read for a miss', async () => {
    const { cache, redis } = await makeCache()
    await redis.set(`${caches.namespace()}:v:{a}`, '1{"broken"')
    await redis.set(`${caches.namespace()}:v:{b}`, '9[0,9e15,[],1]')
    expect(await cache.getOrSet('a', () => 'fresh')).toBe('fresh')
    expect(await cache.getOrSet('b', () => 'fresh')).toBe('fresh')
  })
})

describe('lifetimes', () => {
  it('come from the policy, or from the call', async () => {
    let now = Date.now()
    const policies = definePolicies({ short: publicData({ l1: '10s', l2: '30s' }) })
    const { cache, redis } = await makeCache({
      policies,
      clock: () => now,
      jitter: 0,
      // The jump of this clock must not pass for a silence of the log.
      maxLagMs: '1h',
    })
    const { load, state } = source(() => 1)
    await cache.getOrSet('a', load, { policy: 'short' })
    await settled(cache, redis, 'a')
    expect(await redis.pttl(`${caches.namespace()}:v:{a}`)).toBeGreaterThan(1_000)
    now += 11_000
    await cache.getOrSet('a', load, { policy: 'short' })
    expect(state.calls).toBe(1)
    now += 20_000
    await cache.getOrSet('a', load, { policy: 'short' })
    expect(state.calls).toBe(2)
    await cache.getOrSet('b', load, { policy: 'short', l2: 0 })
    expect(await redis.exists(`${caches.namespace()}:v:{b}`)).toBe(0)
  })

  it('of a policy that does not exist are an error that names those that do', async () => {
    const { cache } = await makeCache({ policies: definePolicies({ product: publicData() }) })
    await expect(cache.getOrSet('a', () => 1, { policy: 'prodcut' })).rejects.toThrow(
      /no policy "prodcut".*Defined are: product/,
    )
  })
})

describe('invalidating', () => {
  it.each([
    ['a key', { keys: ['product:42'] }],
    ['a group', { groups: ['category-fruit'] }],
    ['a prefix', { prefixes: ['product:'] }],
  ])('%s reaches L1, L2 and the other process', async (_, invalidation) => {
    const one = await makeCache()
    const two = await makeCache()
    let price = 1
    const read = ({ cache }: { cache: TieredCache }) =>
      cache.getOrSet('product:42', () => price, { groups: ['category-fruit'] })
    expect([await read(one), await read(two)]).toEqual([1, 1])
    price = 2
    expect(await one.cache.invalidate(invalidation)).toMatchObject({ acknowledged: true })
    expect(await read(one)).toBe(2)
    await waitUntil(async () => (await read(two)) === 2, 'the other process to hear of it')
  })

  it('refuses a request that names nothing', async () => {
    const { cache } = await makeCache()
    await expect(cache.invalidate({ groups: [] })).rejects.toMatchObject({ code: 'option-invalid' })
    await expect(cache.invalidate({ groups: ['a:b'] })).rejects.toMatchObject({ code: 'group-invalid' })
  })

  it.each([
    ['key', { keys: ['a'] }],
    ['group', { groups: ['g'] }],
    ['prefix', { prefixes: ['a'] }],
  ])('by %s during a load keeps the overtaken value out of both tiers', async (_, invalidation) => {
    const one = await makeCache()
    const two = await makeCache()
    let row = 'old'
    const slow = source(() => row)
    slow.hold()
    const before = one.cache.getOrSet('a', slow.load, { groups: ['g'] })
    await waitUntil(() => slow.state.calls === 1, 'the load to have read the row')
    row = 'new'
    await one.cache.invalidate(invalidation)
    slow.state.release()
    expect(await before).toBe('old')
    expect(await one.cache.getOrSet('a', () => row, { groups: ['g'] })).toBe('new')
    await waitUntil(
      async () => (await two.cache.getOrSet('a', () => row, { groups: ['g'] })) === 'new',
      'new',
    )
  })

  it('makes callers that come later start a load of their own', async () => {
    const { cache } = await makeCache()
    let row = 'old'
    const slow = source(() => row)
    slow.hold()
    const before = cache.getOrSet('a', slow.load)
    await waitUntil(() => slow.state.calls === 1, 'the load to have read the row')
    row = 'new'
    await cache.invalidate({ keys: ['a'] })
    const after = cache.getOrSet('a', slow.load)
    slow.state.release()
    expect([await before, await after]).toEqual(['old', 'new'])
  })

  it('keeps a value from a process that had not heard of it out of the answers of those that have', async () => {
    const one = await makeCache()
    const two = await makeCache()
    await two.cache.close()
    // What a slow process writes: loaded before the invalidation, stored after it.
    const since = Date.now() * 1_000 - 60_000_000
    await one.cache.invalidate({ groups: ['g'] })
    await one.redis.set(
      `${caches.namespace()}:v:{a}`,
      `1${JSON.stringify([since, Date.now() + 60_000, ['g'], 'old'])}`,
    )
    expect(await one.cache.getOrSet('a', () => 'new', { groups: ['g'] })).toBe('new')
    const three = await makeCache()
    await one.redis.set(
      `${caches.namespace()}:v:{a}`,
      `1${JSON.stringify([since, Date.now() + 60_000, ['g'], 'old'])}`,
    )
    expect(await three.cache.getOrSet('a', () => 'new', { groups: ['g'] })).toBe('new')
  })

  it('set replaces the value in every process', async () => {
    const one = await makeCache()
    const two = await makeCache()
    await one.cache.set('a', 1)
    expect(await two.cache.get('a')).toBe(1)
    await one.cache.set('a', 2)
    expect(await one.cache.get('a')).toBe(2)
    await waitUntil(async () => (await two.cache.get('a')) === 2, 'the other process to see it')
    await one.cache.delete('a')
    expect(await one.cache.get('a')).toBeUndefined()
  })
})

describe('what callers do wrong or unusually', () => {
  it('costs a value its place in the cache, with a word on the console, when its groups can not be found', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { cache, events } = await makeCache()
    for (let i = 0; i < 3; i += 1)
      expect(await cache.getOrSet('a', () => 1, { groups: () => ['Bad:Name'] })).toBe(1)
    expect(cache.peek('a')).toBeUndefined()
    expect(events).toContainEqual(expect.objectContaining({ type: 'not-stored', code: 'group-invalid' }))
    expect(warn).toHaveBeenCalledOnce()
    expect(warn.mock.calls[0]?.[0]).toMatch(/value of "a" is not kept.*Bad:Name/)
    warn.mockRestore()
  })

  it('costs a value its place in the cache, and no more, when it throws while it is looked at', async () => {
    const { cache, events } = await makeCache()
    const value = {
      get relation(): string {
        throw new Error('relation not loaded')
      },
    }
    expect(await cache.getOrSet('a', () => value)).toBe(value)
    await waitUntil(() => events.some(({ type }) => type === 'not-stored'), 'the event')
  })

  it('costs nothing when onEvent throws', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { cache } = await makeCache({
      onEvent: () => {
        throw new Error('metrics client is down')
      },
    })
    expect(await cache.invalidate({ keys: ['a'] })).toMatchObject({ acknowledged: true })
    expect(cache.status().l2).toBe('ready')
    expect(error).toHaveBeenCalled()
    error.mockRestore()
  })

  it('may use its arrays again', async () => {
    const cache = createTieredCache()
    const groups = ['g']
    let row = 'old'
    await cache.getOrSet('a', () => row, { groups })
    groups.length = 0
    row = 'new'
    await cache.invalidate({ groups: ['g'] })
    expect(await cache.getOrSet('a', () => row)).toBe('new')
    await cache.close()
  })

  it('keeps keys apart that look alike in Redis', async () => {
    const { cache } = await makeCache()
    const keys = [`k${'x'.repeat(300)}`, `k${'x'.repeat(301)}`, 'a\uD800', 'a\uD801', `k${'x'.repeat(199)}`]
    for (const key of keys) await cache.set(key, key, { l1: 0 })
    for (const key of keys) expect(await cache.get(key)).toBe(key)
  })

  it('with one group function shares a load although other groups are invalidated meanwhile', async () => {
    const cache = createTieredCache()
    const slow = source(() => ({ id: 1 }))
    slow.hold()
    const ask = () => cache.getOrSet('a', slow.load, { groups: ({ id }) => [`product-${id}`] })
    const waiting = [ask()]
    for (let i = 0; i < 10; i += 1) {
      await cache.invalidate({ groups: [`other-${i}`] })
      waiting.push(ask())
    }
    slow.state.release()
    await Promise.all(waiting)
    expect(slow.state.calls).toBe(1)
    await cache.close()
  })
})

describe('without Redis', () => {
  it('works as L1 alone', async () => {
    const cache = createTieredCache()
    let row = 1
    expect(await cache.getOrSet('a', () => row, { groups: ['g'] })).toBe(1)
    row = 2
    expect(await cache.getOrSet('a', () => row, { groups: ['g'] })).toBe(1)
    expect(await cache.invalidate({ groups: ['g'] })).toMatchObject({ acknowledged: true })
    expect(await cache.getOrSet('a', () => row, { groups: ['g'] })).toBe(2)
    expect(cache.status().l2).toBe('none')
    await cache.close()
  })

  it('refuses options that can not work', () => {
    expect(() => createTieredCache({ l1: { maxEntries: 0 } })).toThrow(/`l1.maxEntries` is 0/)
    expect(() => createTieredCache({ nmespace: 'x' } as object)).toThrow(/no option `nmespace`/)
    expect(() => createTieredCache({ redis: 'redis://x' as never })).toThrow(/Give an ioredis client/)
  })

  it('stays within its bounds', async () => {
    const cache = createTieredCache({ l1: { maxEntries: 10, maxBytes: 10_000 } })
    for (let i = 0; i < 100; i += 1) await cache.getOrSet(`k${i}`, () => 'x'.repeat(1_000))
    expect(cache.status().l1.entries).toBeLessThanOrEqual(5)
    expect(cache.status().l1.bytes).toBeLessThanOrEqual(10_000)
    await cache.close()
  })
})
