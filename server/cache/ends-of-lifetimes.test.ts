import { describe, expect, it } from 'vitest'
import { deferred } from '../../test/support/deferred.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { useRedisCaches } from '../../test/support/redis-caches.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import type { L2Driver, L2Write } from '../l2/l2-driver.ts'
import { memoryDriver } from '../l2/memory-driver.ts'
import { memoryStore } from '../l2/memory-store.ts'
import type { TieredCacheOptions } from './cache-options.ts'
import { encodeEntry } from './entry-codec.ts'
import { type TieredCache, createTieredCache } from './tiered-cache.ts'

const MINUTE = 60_000

/** Far out in the tail of what may be drawn: with `EARLY` below, each read renews what it finds. */
const random = () => 0.999999
const EARLY = { l1: 0, l2: '1m', earlyRefresh: 100 }

/** A cache whose tiers go by a clock that the test moves. */
function setUp(options: TieredCacheOptions = {}) {
  const clock = new ManualClock()
  const store = memoryStore({ now: clock.now })
  const inner = memoryDriver({ store })
  const written: string[] = []
  const l2: L2Driver = new Proxy(inner, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        if (name === 'set') written.push((args[0] as L2Write).key)
        return (member as (...args: unknown[]) => unknown).apply(target, args)
      }
    },
  })
  const cache = createTieredCache({ clock: clock.now, jitter: 0, l2, ...options })
  const slowly = (value: string) => () => {
    clock.advance(60)
    return value
  }
  const inL2 = () => written.map((key) => store.get(key) !== undefined)
  return { cache, clock, slowly, inL2 }
}

describe('with L1 off, a value that is being renewed before its end', () => {
  it('is given to all meanwhile, and the new one to all after that', async () => {
    const { cache, slowly } = setUp({ random })
    await cache.getOrSet('a', slowly('old'), EARLY)
    const gate = deferred<string>()
    expect(await cache.getOrSet('a', () => gate.promise, EARLY)).toBe('old')
    expect(await cache.getOrSet('a', () => 'never called', EARLY)).toBe('old')
    gate.resolve('new')
    await waitUntil(async () => (await cache.get('a', { l1: 0 })) === 'new', 'the new value')
  })

  it('is not given past its end, however long the renewal takes', async () => {
    const { cache, clock, slowly } = setUp({ random })
    await cache.getOrSet('a', slowly('old'), EARLY)
    const gate = deferred<string>()
    expect(await cache.getOrSet('a', () => gate.promise, EARLY)).toBe('old')
    clock.advance(2 * MINUTE)
    const late = cache.getOrSet('a', () => 'new', EARLY)
    gate.resolve('new')
    expect(await late).toBe('new')
  })
})

describe.each([
  ['in L1 alone', { l1: '1m', l2: 0 }],
  ['in L2', { l1: 0, l2: '1m' }],
])('staleWhileRevalidate, for a value %s,', (_, lifetimes) => {
  it('ends when it ends, though the value may stand in for an error for longer', async () => {
    const { cache, clock } = setUp()
    const options = { ...lifetimes, staleWhileRevalidate: '30s', staleIfError: '1d' }
    await cache.getOrSet('a', () => 'old', options)
    clock.advance(MINUTE + 1)
    const gate = deferred<string>()
    expect(await cache.getOrSet('a', () => gate.promise, options)).toBe('old')
    clock.advance(29_000)
    expect(await cache.getOrSet('a', () => gate.promise, options)).toBe('old')
    clock.advance(2_000)
    const late = cache.getOrSet('a', () => gate.promise, options)
    gate.resolve('new')
    expect(await late).toBe('new')
  })
})

describe('sliding', () => {
  const options = { l1: '1m', l2: '1m', sliding: '10s' }

  it.each<[string, (cache: TieredCache) => Promise<unknown>]>([
    ['getOrSet', (cache) => cache.getOrSet('a', () => 'never called', options)],
    ['get', (cache) => cache.get('a', { sliding: '10s' })],
    ['getMany', (cache) => cache.getMany(['a'], { sliding: '10s' })],
    ['getOrSetMany', (cache) => cache.getOrSetMany(['a'], () => ['never called'], options)],
  ])('keeps in L2 what L1 answers with all the time, by %s', async (_, read) => {
    const { cache, clock, inL2 } = setUp()
    await cache.getOrSet('a', () => 'value', options)
    for (let i = 0; i < 20; i += 1) {
      clock.advance(2_000)
      expect([await read(cache)].flat()).toEqual(['value'])
    }
    expect(inL2()).toEqual([true])
  })

  it('lets L2 forget what nobody reads', async () => {
    const { cache, clock, inL2 } = setUp()
    await cache.getOrSet('a', () => 'value', options)
    clock.advance(10_001)
    expect(inL2()).toEqual([false])
    expect(await cache.getOrSet('a', () => 'new', options)).toBe('new')
  })
})

describe('across processes', () => {
  const caches = useRedisCaches('ends')

  /** One "process". `pass` is waited for before each script runs in Redis, such as the question for a lease. */
  async function makeCache(options: TieredCacheOptions = {}, pass = () => Promise.resolve()) {
    const opened = await caches.openReady(
      { jitter: 0, maxLagMs: '1d', ...options },
      {
        prepare: (redis) => {
          const send = redis.callBuffer.bind(redis) as (...args: unknown[]) => Promise<unknown>
          redis.callBuffer = async (...args: unknown[]) => {
            if (args[0] === 'evalsha') await pass()
            return send(...args)
          }
          return {}
        },
      },
    )
    const key = `${caches.namespace()}:v:{a}`
    const stored = () => waitUntil(async () => (await opened.redis.exists(key)) === 1, 'the value in L2')
    return { ...opened, key, stored }
  }

  it('an early renewal gives nobody what was invalidated while it asked for the lease', async () => {
    const clock = new ManualClock()
    let isHeld = false
    let asked = 0
    const hold = deferred<void>()
    const one = await makeCache({ random, clock: clock.now }, async () => {
      if (!isHeld) return
      asked += 1
      await hold.promise
    })
    const two = await makeCache()
    const slow = () => {
      clock.advance(60)
      return 'old'
    }
    await one.cache.getOrSet('a', slow, EARLY)
    await one.stored()
    isHeld = true
    const gate = deferred<string>()
    expect(await one.cache.getOrSet('a', () => gate.promise, EARLY)).toBe('old')
    await waitUntil(() => asked === 1, 'the renewal to ask for the lease')
    const leases = () => one.events.filter(({ type }) => type === 'lease').length
    const before = leases()
    expect(await two.cache.invalidate({ keys: ['a'] })).toMatchObject({ acknowledged: true })
    await waitUntil(() => one.events.some(({ type }) => type === 'invalidated'), 'the first to hear of it')
    hold.resolve()
    await waitUntil(() => leases() > before, 'the lease')
    const after = one.cache.getOrSet('a', () => 'new', EARLY)
    gate.resolve('new')
    expect(await after).toBe('new')
  })

  it('a value in L2 that ended before this process began may stand in for an error', async () => {
    const lifetimes = { l1: 0, l2: '1s', staleIfError: '1d' }
    const writer = await makeCache()
    const facts = { groups: [], since: writer.cache.status().log.head, loadMs: 0, schema: 0 }
    const bytes = encodeEntry({ ...facts, value: 'stale', expiresAtMs: Date.now() - 60 * MINUTE })
    await writer.redis.set(writer.key, bytes, 'PX', MINUTE)
    const reader = await makeCache()
    const failing = () => Promise.reject(new Error('no database'))
    expect(await reader.cache.getOrSet('a', failing, lifetimes)).toBe('stale')
  })
})
