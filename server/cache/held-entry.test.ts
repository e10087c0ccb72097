import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import type { TieredCacheOptions } from './cache-options.ts'
import { PolicyCounters } from './cache-stats.ts'
import { HeldEntry, type MemoryEntry } from './held-entry.ts'
import { type TieredCache, createTieredCache } from './tiered-cache.ts'

const never = (): never => {
  throw new Error('loaded')
}

function setUp(options: TieredCacheOptions = {}) {
  const clock = new ManualClock()
  const cache = createTieredCache({ clock: clock.now, jitter: 0, ...options })
  return { cache, clock }
}

const READS: Readonly<Record<string, (cache: TieredCache) => Promise<unknown>>> = {
  getOrSet: (cache) => cache.getOrSet('a', never),
  get: (cache) => cache.get('a'),
}

describe.each(Object.entries(READS))('hits of L1 by %s', (_, read) => {
  it('share one promise, and are all counted', async () => {
    const { cache } = setUp()
    await cache.set('a', { name: 'one' })
    const first = read(cache)
    expect(read(cache)).toBe(first)
    expect(await first).toEqual({ name: 'one' })
    expect(cache.stats().total.l1Hits).toBe(2)
  })

  it('see an invalidation between two of them', async () => {
    const { cache } = setUp()
    const invalidations = [{ keys: ['a'] }, { groups: ['g'] }, { prefixes: ['a'] }, { prefixes: [''] }]
    for (const invalidation of invalidations) {
      await cache.set('a', 1, { groups: ['g'] })
      expect(await read(cache)).toBe(1)
      // Not awaited: it holds here at once.
      const told = cache.invalidate(invalidation)
      expect(await read(cache).catch(() => 'gone')).not.toBe(1)
      await told
    }
  })

  it('see what was set between two of them', async () => {
    const { cache } = setUp()
    await cache.set('a', 1)
    expect(await read(cache)).toBe(1)
    await cache.set('a', 2)
    expect(await read(cache)).toBe(2)
  })

  it('end with the lifetime, to the millisecond and before a part of one', async () => {
    const { cache, clock } = setUp()
    clock.advance(0.75)
    await cache.set('a', 1, { l1: 1_000, l2: 5_000 })
    clock.advance(999)
    expect(await read(cache)).toBe(1)
    clock.advance(1)
    expect(await read(cache).catch(() => undefined)).toBeUndefined()
  })

  it('give a clone to each caller where that was asked for', async () => {
    const { cache } = setUp({ values: 'cloned' })
    await cache.set('a', { name: 'one' })
    const [first, second] = await Promise.all([read(cache), read(cache)])
    expect(first).toEqual({ name: 'one' })
    expect(second).not.toBe(first)
  })

  it('prolong what slides', async () => {
    const { cache, clock } = setUp()
    await cache.set('a', 1, { l1: 10_000, sliding: 1_000 })
    for (let turn = 0; turn < 5; turn += 1) {
      clock.advance(900)
      expect(await read(cache)).toBe(1)
    }
    clock.advance(1_000)
    expect(await read(cache).catch(() => undefined)).toBeUndefined()
  })
})

describe('an entry as L1 holds it', () => {
  const given: MemoryEntry = {
    value: 1,
    groups: ['g'],
    bytes: 8,
    since: 1,
    loadedAtMs: 10.9,
    quietUntilMs: 20.9,
    l1UntilMs: 30.9,
    freshUntilMs: 40.9,
    idleUntilMs: Number.POSITIVE_INFINITY,
    slidingMs: 0,
    touchDueMs: Number.NEGATIVE_INFINITY,
    counters: new PolicyCounters(),
    checkedRevision: 0,
  }

  it('is trusted and fresh no longer than it was given', () => {
    const held = new HeldEntry(given, 7)
    const { loadedAtMs, quietUntilMs, l1UntilMs, freshUntilMs, checkedRevision } = held
    expect([loadedAtMs, quietUntilMs, l1UntilMs, freshUntilMs, checkedRevision]).toEqual([
      10, 20, 30, 40.9, 7,
    ])
    expect([held.value, held.groups, held.bytes, held.since]).toEqual([1, ['g'], 8, 1])
  })

  it('that does not slide has no end for want of readers', () => {
    const held = new HeldEntry(given, 0)
    held.idleUntilMs = 5
    held.touchDueMs = 5
    expect([held.slidingMs, held.idleUntilMs, held.touchDueMs]).toEqual([
      0,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ])
  })

  it('that slides keeps what a read changes, and is never quiet', () => {
    const quietUntilMs = Number.NEGATIVE_INFINITY
    const held = new HeldEntry({ ...given, slidingMs: 100, idleUntilMs: 110, quietUntilMs }, 0)
    expect([held.slidingMs, held.idleUntilMs, held.touchDueMs]).toEqual([100, 110, Number.NEGATIVE_INFINITY])
    held.idleUntilMs = 200
    held.touchDueMs = 150
    expect([held.idleUntilMs, held.touchDueMs]).toEqual([200, 150])
    expect(held.quietUntilMs).toBeLessThan(0)
  })
})
