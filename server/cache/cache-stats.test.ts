import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { property } from '../../test/support/property.ts'
import { CacheStats, OTHER_POLICIES } from './cache-stats.ts'
import { LOAD_TIME_BOUNDS_MS } from './load-times.ts'

describe('the counters of a cache', () => {
  it('are told by policy, and all together', () => {
    const stats = new CacheStats()
    stats.of('product').l1Hits += 3
    stats.of('').l1Hits += 1
    stats.of('').evictions += 2
    const { policies, total } = stats.snapshot()
    expect(policies.map(({ policy, l1Hits, evictions }) => [policy, l1Hits, evictions])).toEqual([
      ['product', 3, 0],
      ['', 1, 2],
    ])
    expect(total).toMatchObject({ l1Hits: 4, evictions: 2, l2Misses: 0 })
  })

  it('are one object for each policy, so that an entry can keep it', () => {
    const stats = new CacheStats()
    expect(stats.of('product')).toBe(stats.of('product'))
    expect(stats.of('product')).not.toBe(stats.of('page'))
  })

  it('tell of one moment: a snapshot stays as it was, and nobody can write to it', () => {
    const stats = new CacheStats()
    stats.of('product').loadTimes.record(3)
    const before = stats.snapshot()
    stats.of('product').l1Hits += 1
    stats.of('product').loadTimes.record(3)
    expect(before.total.l1Hits).toBe(0)
    expect(before.total.loadTimes.count).toBe(1)
    expect(isFrozen(before)).toBe(true)
  })

  it('can be written as JSON', () => {
    const stats = new CacheStats()
    stats.of('product').l2StaleHits += 1
    expect(JSON.parse(JSON.stringify(stats.snapshot()))).toEqual(stats.snapshot())
  })

  it('are all told, whatever counters there are', () => {
    const stats = new CacheStats()
    const names = Object.keys(stats.of(''))
    expect(Object.keys(stats.snapshot().total).sort()).toEqual(names.sort())
  })

  it('are counted together once there are more policies than any application has', () => {
    const stats = new CacheStats()
    for (let n = 0; n < 5_000; n += 1) stats.of(`policy-${n}`).l1Hits += 1
    const { policies, total } = stats.snapshot()
    expect(policies).toHaveLength(1_001)
    expect(total.l1Hits).toBe(5_000)
    expect(policies.at(-1)).toMatchObject({ policy: OTHER_POLICIES, l1Hits: 4_000 })
  })
})

describe('load times', () => {
  it('fall into the first bucket that they fit in, its bound included', () => {
    const { loadTimes } = new CacheStats().of('')
    for (const ms of [0, 1, 1.01, 50, 30_000, 30_001]) loadTimes.record(ms)
    const { buckets, count, sumMs } = loadTimes.snapshot()
    const filled = buckets.flatMap((n, index) => (n > 0 ? [[LOAD_TIME_BOUNDS_MS[index], n]] : []))
    expect(filled).toEqual([
      [1, 2],
      [2.5, 1],
      [50, 1],
      [30_000, 1],
      [undefined, 1],
    ])
    expect(count).toBe(6)
    expect(sumMs).toBeCloseTo(60_053.01)
  })

  property(
    'are each counted once, and leave sums that are numbers, whatever the clock said',
    [fc.array(fc.oneof(fc.double({ max: 1e12 }), fc.constantFrom(Number.NaN, Infinity, -1)))],
    (durations) => {
      const { loadTimes } = new CacheStats().of('')
      for (const ms of durations) loadTimes.record(ms)
      const { buckets, count, sumMs } = loadTimes.snapshot()
      expect(buckets.reduce((sum, n) => sum + n, 0)).toBe(durations.length)
      expect(count).toBe(durations.length)
      expect(Number.isFinite(sumMs) && sumMs >= 0).toBe(true)
    },
  )

  it('of all policies are added up bucket by bucket', () => {
    const stats = new CacheStats()
    stats.of('product').loadTimes.record(4)
    stats.of('page').loadTimes.record(5)
    stats.of('page').loadTimes.record(60_000)
    const { total } = stats.snapshot()
    expect(total.loadTimes.count).toBe(3)
    expect(total.loadTimes.sumMs).toBe(60_009)
    expect(total.loadTimes.buckets[LOAD_TIME_BOUNDS_MS.indexOf(5)]).toBe(2)
    expect(total.loadTimes.buckets.at(-1)).toBe(1)
  })
})

function isFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Object.isFrozen(value) && Object.values(value).every(isFrozen)
}
