import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { memoryDriver } from '../l2/memory-driver.ts'
import { memoryStore } from '../l2/memory-store.ts'
import type { TieredCacheOptions } from './cache-options.ts'
import type { EntryOptions } from './entry-options.ts'
import { createTieredCache } from './tiered-cache.ts'

function setUp(options: TieredCacheOptions = {}) {
  const clock = new ManualClock()
  const cache = createTieredCache({ clock: clock.now, jitter: 0, ...options })
  let loads = 0
  const ask = <T>(value: T, entry: EntryOptions<T>) =>
    cache.getOrSet(
      'a',
      () => {
        loads += 1
        return value
      },
      entry,
    )
  return { cache, clock, ask, loads: () => loads }
}

describe('negative', () => {
  it('is how long null is kept, in both tiers', async () => {
    const { clock, ask, loads } = setUp({ l2: memoryDriver() })
    const entry = { l1: '1m', l2: '5m', negative: '10s' }
    expect(await ask(null, entry)).toBeNull()
    clock.advance(9_999)
    await ask(null, entry)
    expect(loads()).toBe(1)
    clock.advance(1)
    await ask(null, entry)
    expect(loads()).toBe(2)
  })

  it('is no matter to other values', async () => {
    const { clock, ask, loads } = setUp()
    await ask(0, { l1: '1m', negative: '10s' })
    clock.advance(59_999)
    await ask(0, { l1: '1m', negative: '10s' })
    expect(loads()).toBe(1)
  })
})

describe('lifetimes', () => {
  it('come from the value where it has something to say', async () => {
    const { clock, ask, loads } = setUp({ l2: memoryDriver() })
    const entry: EntryOptions<{ ttl: number }> = { lifetimes: ({ ttl }) => ({ l2: ttl }) }
    await ask({ ttl: 2_000 }, entry)
    clock.advance(1_999)
    await ask({ ttl: 2_000 }, entry)
    expect(loads()).toBe(1)
    clock.advance(1)
    await ask({ ttl: 2_000 }, entry)
    expect(loads()).toBe(2)
  })

  it('of the value count in the other processes too', async () => {
    const store = memoryStore()
    const one = setUp({ l2: memoryDriver({ store }) })
    const entry: EntryOptions<string | null> = { lifetimes: () => ({ l1: 0 }), negative: '10s' }
    await one.ask('value', entry)
    expect(one.cache.peek('a')).toBeUndefined()
    await one.ask('value', entry)
    expect(one.cache.peek('a')).toBeUndefined()
    expect(one.loads()).toBe(1)
  })

  it('that make no sense cost the value its place, and no more', async () => {
    const events: string[] = []
    const { ask, cache } = setUp({ onEvent: (event) => events.push(JSON.stringify(event)) })
    expect(await ask(1, { lifetimes: () => ({ l1: -1 }) })).toBe(1)
    expect(cache.peek('a')).toBeUndefined()
    expect(events.join()).toContain('duration-invalid')
  })
})

describe('sliding', () => {
  it.each([
    ['L1', { l1: '1m', l2: 0 }],
    ['L2', { l1: 0, l2: '1m' }],
    ['both tiers', { l1: '1m', l2: '1m' }],
  ])('ends what nobody reads, in %s, and prolongs what is read, up to its lifetime', async (_, lifetimes) => {
    const clock = new ManualClock()
    const { ask, loads } = setUp({
      clock: clock.now,
      l2: memoryDriver({ store: memoryStore({ now: clock.now }) }),
    })
    const entry = { ...lifetimes, sliding: '10s' }
    await ask(1, entry)
    for (let elapsed = 0; elapsed < 54_000; elapsed += 9_000) {
      clock.advance(9_000)
      await ask(1, entry)
    }
    expect(loads()).toBe(1)
    clock.advance(6_001)
    await ask(1, entry)
    expect(loads()).toBe(2)
    clock.advance(10_001)
    await ask(1, entry)
    expect(loads()).toBe(3)
  })
})

describe('jitter', () => {
  it('shortens lifetimes by up to so much, at random', async () => {
    const draws = [0, 0.5]
    const { clock, ask, loads } = setUp({ jitter: 0.2, random: () => draws.shift() ?? 0 })
    // L1 draws 0 and L2, which is not there, 0.5.
    await ask(1, { l1: '10s', l2: 0 })
    clock.advance(9_999)
    await ask(1, { l1: '10s', l2: 0 })
    expect(loads()).toBe(1)
    draws.push(0.5)
    clock.advance(1)
    await ask(1, { l1: '10s', l2: 0 })
    clock.advance(8_999)
    await ask(1, { l1: '10s', l2: 0 })
    expect(loads()).toBe(2)
    clock.advance(1)
    await ask(1, { l1: '10s', l2: 0 })
    expect(loads()).toBe(3)
  })

  it('is a share', () => {
    expect(() => createTieredCache({ jitter: 2 })).toThrow(/`jitter` is 2. Give a number from 0 to 0.5/)
  })
})

describe('earlyRefresh', () => {
  /** Loads in 100 ms of the clock; a draw of 1 - 1/e means: once its loader's time before the end. */
  const slowly = (clock: ManualClock, value: number) => () => {
    clock.advance(100)
    return value
  }
  const random = () => 1 - 1 / Math.E

  it('renews in the background what is near its end, by how long its loader takes', async () => {
    const { cache, clock } = setUp({ random })
    const entry = { l1: '10s', l2: 0 }
    await cache.getOrSet('a', slowly(clock, 1), entry)
    clock.advance(9_899)
    expect(await cache.getOrSet('a', slowly(clock, 2), entry)).toBe(1)
    expect(cache.stats().total.earlyRefreshes).toBe(0)
    clock.advance(2)
    expect(await cache.getOrSet('a', slowly(clock, 2), entry)).toBe(1)
    await waitUntil(async () => (await cache.getOrSet('a', () => 3, entry)) === 2, 'the renewal')
    expect(cache.stats().total.earlyRefreshes).toBe(1)
  })

  it('takes what another process has renewed already', async () => {
    const store = memoryStore()
    const clock = new ManualClock()
    const make = () => createTieredCache({ l2: memoryDriver({ store }), clock: clock.now, jitter: 0, random })
    const cache = make()
    const entry = { l1: '10s', l2: '10s' }
    await cache.getOrSet('a', slowly(clock, 1), entry)
    clock.advance(9_950)
    expect(await cache.getOrSet('a', slowly(clock, 2), entry)).toBe(1)
    await waitUntil(async () => (await cache.getOrSet('a', () => 3, entry)) === 2, 'the renewal')
  })

  it('of what L1 does not keep as well', async () => {
    const { cache, clock } = setUp({ random, l2: memoryDriver() })
    const entry = { l1: 0, l2: '10s' }
    await cache.getOrSet('a', slowly(clock, 1), entry)
    clock.advance(9_901)
    expect(await cache.getOrSet('a', slowly(clock, 2), entry)).toBe(1)
    await waitUntil(async () => (await cache.getOrSet('a', () => 3, entry)) === 2, 'the renewal')
  })

  it('of 0 never happens', async () => {
    const { cache, clock } = setUp({ random })
    const entry = { l1: '10s', l2: 0, earlyRefresh: 0 }
    await cache.getOrSet('a', slowly(clock, 1), entry)
    clock.advance(9_999)
    expect(await cache.getOrSet('a', () => 2, entry)).toBe(1)
    expect(cache.stats().total.earlyRefreshes).toBe(0)
  })

  it("that fails is nobody's error", async () => {
    const { cache, clock } = setUp({ random })
    const entry = { l1: '10s', l2: 0 }
    await cache.getOrSet('a', slowly(clock, 1), entry)
    clock.advance(9_950)
    let hasFailed = false
    const fail = () => {
      hasFailed = true
      return Promise.reject(new Error('no database'))
    }
    expect(await cache.getOrSet('a', fail, entry)).toBe(1)
    await waitUntil(() => hasFailed, 'the load')
    expect(await cache.getOrSet('a', fail, entry)).toBe(1)
  })
})

describe('cloned values', () => {
  it('belong to whoever asked', async () => {
    const { cache } = setUp({ values: 'cloned' })
    const own = { list: [1] }
    const first = await cache.getOrSet('a', () => own)
    first.list.push(2)
    own.list.push(3)
    const second = await cache.getOrSet('a', () => own)
    expect(second).toEqual({ list: [1] })
    second.list.push(4)
    expect(cache.peek('a')).toEqual({ list: [1] })
  })
})
