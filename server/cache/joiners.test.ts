import { describe, expect, it } from 'vitest'
import { deferred } from '../../test/support/deferred.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { memoryDriver } from '../l2/memory-driver.ts'
import type { CacheEvent } from './cache-event.ts'
import { createTieredCache } from './tiered-cache.ts'

const LIFETIMES = { l1: '1m', l2: '1m' }

/** A cache that holds a value past its lifetime, and a loader for it that is held up. */
async function setUp(tier: 'L1' | 'L2') {
  const clock = new ManualClock()
  const events: CacheEvent[] = []
  const cache = createTieredCache({
    clock: clock.now,
    jitter: 0,
    l2: memoryDriver(),
    onEvent: (event) => events.push(event),
  })
  const lifetimes = tier === 'L1' ? { l1: '1m', l2: 0 } : { l1: 0, l2: '1m' }
  await cache.set('a', 'old', { ...lifetimes, staleIfError: '1h' })
  clock.advance(61_000)
  const gate = deferred<string>()
  let loads = 0
  const load = () => {
    loads += 1
    return gate.promise
  }
  const ask = (options: object) => cache.getOrSet('a', load, { ...lifetimes, ...options })
  const isLoading = () => waitUntil(() => loads === 1, 'the load')
  return { cache, clock, events, gate, ask, isLoading, loads: () => loads }
}

describe.each(['L1', 'L2'] as const)('who joins a load, with a value past its lifetime in %s,', (tier) => {
  it('and allows no stale value waits for the new one, though the first caller did not', async () => {
    const { ask, gate, isLoading, loads } = await setUp(tier)
    expect(await ask({ staleWhileRevalidate: '1h' })).toBe('old')
    await isLoading()
    const joined = ask({})
    gate.resolve('new')
    expect(await joined).toBe('new')
    expect(loads()).toBe(1)
  })

  it('and allows one is given it at once, though the first caller waits', async () => {
    const { ask, gate, isLoading, loads } = await setUp(tier)
    const first = ask({})
    await isLoading()
    expect(await ask({ staleWhileRevalidate: '1h' })).toBe('old')
    gate.resolve('new')
    expect(await first).toBe('new')
    expect(loads()).toBe(1)
  })

  it('hears of its error or is given the old value, as its own staleIfError says', async () => {
    const { ask, events, gate, isLoading, loads } = await setUp(tier)
    const first = ask({ staleIfError: '1h' })
    await isLoading()
    const settled = Promise.allSettled([
      first,
      ask({}),
      ask({ staleIfError: '1h' }),
      ask({ staleIfError: '1s' }),
    ])
    gate.reject(new Error('no database'))
    expect((await settled).map((each) => (each.status === 'fulfilled' ? each.value : 'error'))).toEqual([
      'old',
      'error',
      'old',
      'error',
    ])
    expect(loads()).toBe(1)
    expect(events.filter(({ type }) => type === 'stale-served')).toHaveLength(2)
  })

  it('waits as long as its own softTimeout', async () => {
    const { ask, gate, isLoading } = await setUp(tier)
    const first = ask({ staleIfError: '1h' })
    await isLoading()
    expect(await ask({ staleIfError: '1h', softTimeout: 1 })).toBe('old')
    const patient = ask({ staleIfError: '1h', softTimeout: '20s' })
    gate.resolve('new')
    expect([await first, await patient]).toEqual(['new', 'new'])
  })

  it('is given no stale value that was invalidated meanwhile', async () => {
    const { ask, cache, gate, isLoading } = await setUp(tier)
    const first = ask({ staleIfError: '1h' })
    await isLoading()
    const joined = ask({ staleIfError: '1h' })
    await cache.invalidate({ keys: ['a'] })
    const late = cache.getOrSet('a', () => 'newer', LIFETIMES)
    gate.reject(new Error('no database'))
    await expect(first).rejects.toThrow('no database')
    expect(await late).toBe('newer')
    expect(await joined).toBe('newer')
  })
})

it('Who spares a failing source does not decide for those who join it', async () => {
  const { cache, ask, gate } = await setUp('L1')
  const first = ask({ staleIfError: '1h' })
  gate.reject(new Error('no database'))
  expect(await first).toBe('old')
  // For a second the source is spared, since there is a value to give.
  const spares = cache.getOrSet('a', () => 'never called', { staleIfError: '1h' })
  const tries = cache.getOrSet('a', () => 'new', LIFETIMES)
  expect([await spares, await tries]).toEqual(['old', 'new'])
})

it('Each caller that is given a stale value counts', async () => {
  const { cache, ask, gate } = await setUp('L1')
  await Promise.all([1, 2, 3].map(() => ask({ staleWhileRevalidate: '1h' })))
  gate.resolve('new')
  const [counters] = cache.stats().policies
  expect(counters).toMatchObject({ staleServed: 3, l1StaleHits: 3 })
})
