import { describe, expect, it } from 'vitest'
import { RecentKeys } from './recent-keys.ts'

const keys = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}:${i}`)

describe('keys that were let go of lately', () => {
  it('are known, most of them', () => {
    const recent = new RecentKeys(1_000)
    for (const key of keys('a', 5_000)) recent.add(key)
    const known = keys('a', 5_000)
      .slice(-1_000)
      .filter((key) => recent.has(key, 1_000))
    expect(known.length).toBeGreaterThan(600)
    expect(recent.has('a:4999', 1)).toBe(true)
    expect(recent.has('a:4998', 1)).toBe(false)
  })

  it('are forgotten', () => {
    const recent = new RecentKeys(1_000)
    for (const key of [...keys('a', 1_000), ...keys('b', 1_000)]) recent.add(key)
    expect(keys('a', 1_000).filter((key) => recent.has(key, 1_000))).toEqual([])
    recent.clear()
    expect(keys('b', 1_000).filter((key) => recent.has(key, 1_000))).toEqual([])
  })

  it.each([1, 10, 1_000, 1_000_000])('are never taken for others: %d', (most) => {
    const recent = new RecentKeys(most)
    for (const key of keys('in', 100_000)) recent.add(key)
    expect(keys('out', 100_000).filter((key) => recent.has(key, 1_000_000))).toEqual([])
  })
})
