import { describe, expect, it, vi } from 'vitest'
import { deferred } from '../../test/support/deferred.ts'
import { useRedisCaches } from '../../test/support/redis-caches.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { createTieredCache } from './tiered-cache.ts'

const failing = () => Promise.reject(new Error('not there'))

describe('what an invalidation has overtaken', () => {
  it('is no failure for those who ask after it, though they have to wait for it', async () => {
    const cache = createTieredCache()
    const options = { groups: () => ['g'] }
    const gate = deferred<string>()
    const before = cache.getOrSet('a', () => gate.promise, options)
    await cache.invalidate({ groups: ['g'] })
    const after = cache.getOrSet('a', () => 'there now', options)
    gate.reject(new Error('not there'))
    await expect(before).rejects.toThrow('not there')
    expect(await after).toBe('there now')
  })

  it.each([
    ['its key', { keys: ['a'] }],
    ['a prefix of it', { prefixes: ['a'] }],
    ['a group of it', { groups: ['g'] }],
  ])('is tried again before failureBackoff ends, where that was %s', async (_, invalidation) => {
    const cache = createTieredCache()
    const options = { failureBackoff: '1h', groups: ['g'] }
    await expect(cache.getOrSet('a', failing, options)).rejects.toThrow('not there')
    await expect(cache.getOrSet('a', () => 'never called', options)).rejects.toThrow('not there')
    await cache.invalidate(invalidation)
    expect(await cache.getOrSet('a', () => 'there now', options)).toBe('there now')
  })

  it('is not joined by a batch that knows of a group which the load does not', async () => {
    const cache = createTieredCache()
    const gate = deferred<string>()
    const before = cache.getOrSet('a', () => gate.promise)
    await cache.invalidate({ groups: ['g'] })
    const after = cache.getOrSetMany(['a'], () => ['new'], { groups: ['g'] })
    gate.resolve('old')
    expect(await before).toBe('old')
    expect(await after).toEqual(['new'])
  })
})

describe('with Redis away', () => {
  const caches = useRedisCaches('overtaken')

  it('a `set` that waits for the log does not undo an `invalidate` that has resolved meanwhile', async () => {
    const { cache, redis } = caches.open()
    expect(await cache.ready(30_000)).toBe(true)
    const send = redis.call.bind(redis) as (...args: unknown[]) => Promise<unknown>
    const appends: ReturnType<typeof deferred<unknown>>[] = []
    const call = vi.spyOn(redis, 'call').mockImplementation((...args: unknown[]) => {
      if (args[0] !== 'EVAL') return send(...args)
      const append = deferred<unknown>()
      appends.push(append)
      return append.promise
    })
    const earlier = cache.invalidate({ keys: ['b'] })
    await waitUntil(() => appends.length === 1, 'the first to be on its way to the log')
    const set = cache.set('a', 'old')
    await waitUntil(() => appends.length === 2, '`set` to be on its way to the log')
    appends[0]?.reject(new Error('Redis is away'))
    expect(await earlier).toMatchObject({ acknowledged: false })
    // The database changes. What is queued makes this one wait for nothing.
    expect(await cache.invalidate({ keys: ['a'] })).toMatchObject({ acknowledged: false })
    for (const append of appends) append.reject(new Error('Redis is away'))
    await set
    expect(cache.peek('a')).toBeUndefined()
    call.mockRestore()
  })

  it('`ready` waits until what was invalidated is in the log', async () => {
    const { cache } = caches.open({ l2TimeoutMs: 50, maxLagMs: '2s' })
    expect(await cache.invalidate({ keys: ['a'] })).toMatchObject({ acknowledged: false })
    expect(await cache.ready(30_000)).toBe(true)
    expect(cache.status().l2).toBe('ready')
  })

  it('`close` waits for no answer of a Redis that is frozen', async () => {
    const own = await RedisServer.start()
    caches.cleanUp(() => own.kill())
    const { cache } = caches.open({ l2TimeoutMs: '2s', maxLagMs: '1h' }, { url: own.url })
    expect(await cache.ready(30_000)).toBe(true)
    own.freeze()
    await cache.close()
    own.thaw()
  })
})
