import { describe, expect, it } from 'vitest'
import { deferred } from '../../test/support/deferred.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import type { L2Driver } from '../l2/l2-driver.ts'
import { memoryDriver } from '../l2/memory-driver.ts'
import { createTieredCache } from './tiered-cache.ts'

/** A cache whose L2 notes what is asked of it. */
function setUp() {
  const inner = memoryDriver()
  const asked: string[] = []
  const l2: L2Driver = new Proxy(inner, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        asked.push(String(name))
        return (member as (...args: unknown[]) => unknown).apply(target, args)
      }
    },
  })
  const cache = createTieredCache({ l2, jitter: 0 })
  const loaded: string[][] = []
  const loadMany = (keys: readonly string[]) => {
    loaded.push([...keys])
    return new Map(keys.map((key) => [key, `${key}!`]))
  }
  return { cache, asked, loaded, loadMany }
}

describe('getOrSetMany', () => {
  it('asks L2 once and the loader once, with the keys that are missing', async () => {
    const { cache, asked, loaded, loadMany } = setUp()
    await cache.set('b', 'B', { l1: 0 })
    await cache.getOrSet('c', () => 'C')
    await waitUntil(() => asked.includes('set'), 'the write')
    asked.length = 0
    expect(await cache.getOrSetMany(['a', 'b', 'c', 'd', 'a'], loadMany)).toEqual([
      'a!',
      'B',
      'C',
      'd!',
      'a!',
    ])
    expect(loaded).toEqual([['a', 'd']])
    expect(asked).toEqual(['getMany', 'setMany'])
    expect(await cache.getOrSetMany(['d', 'a'], loadMany)).toEqual(['d!', 'a!'])
    expect(loaded).toHaveLength(1)
  })

  it('shares its load with all who ask meanwhile, for one key or for many', async () => {
    const { cache, loaded } = setUp()
    const gate = deferred<void>()
    const slowly = async (keys: readonly string[]) => {
      loaded.push([...keys])
      await gate.promise
      return keys.map((key) => `${key}!`)
    }
    const first = cache.getOrSetMany(['a', 'b'], slowly)
    await waitUntil(() => loaded.length === 1, 'the load')
    const second = cache.getOrSetMany(['b', 'c'], slowly)
    const third = cache.getOrSet('a', () => 'never called')
    gate.resolve()
    expect(await first).toEqual(['a!', 'b!'])
    expect(await second).toEqual(['b!', 'c!'])
    expect(await third).toBe('a!')
    expect(loaded).toEqual([['a', 'b'], ['c']])
  })

  it('gives who asked before it what was invalidated meanwhile, and keeps that for nobody', async () => {
    const { cache } = setUp()
    let row = 'old'
    const gate = deferred<void>()
    let hasRead = false
    const before = cache.getOrSetMany(
      ['a', 'b'],
      async (keys) => {
        const read = row
        hasRead = true
        await gate.promise
        return keys.map(() => read)
      },
      { groups: ['g'] },
    )
    await waitUntil(() => hasRead, 'the rows to be read')
    row = 'new'
    await cache.invalidate({ groups: ['g'] })
    const after = cache.getOrSetMany(['a', 'b'], (keys) => keys.map(() => row), { groups: ['g'] })
    const single = cache.getOrSet('a', () => row, { groups: ['g'] })
    gate.resolve()
    expect(await before).toEqual(['old', 'old'])
    expect(await after).toEqual(['new', 'new'])
    expect(await single).toBe('new')
    expect(await cache.getMany(['a', 'b'])).toEqual(['new', 'new'])
  })

  it('keeps nothing for a key that the loader has nothing for', async () => {
    const { cache } = setUp()
    expect(await cache.getOrSetMany(['a', 'b'], () => new Map([['a', 1]]))).toEqual([1, undefined])
    expect(await cache.getMany(['a', 'b'])).toEqual([1, undefined])
  })

  it('fails for all who wait when its loader does, and is tried again by the next', async () => {
    const { cache, loadMany } = setUp()
    const fail = () => Promise.reject(new Error('no database'))
    const both = await Promise.allSettled([
      cache.getOrSetMany(['a'], fail),
      cache.getOrSetMany(['a', 'b'], fail),
    ])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await cache.getOrSetMany(['a', 'b'], loadMany)).toEqual(['a!', 'b!'])
  })

  it('refuses a loader that answers with too few values', async () => {
    const { cache } = setUp()
    await expect(cache.getOrSetMany(['a', 'b'], () => [1])).rejects.toThrow(/for 2 keys gave an array of 1/)
  })

  it('refuses keys that are none', async () => {
    const { cache, loadMany } = setUp()
    await expect(cache.getOrSetMany(['a', ''], loadMany)).rejects.toMatchObject({ code: 'key-invalid' })
    await expect(cache.getMany('a' as never)).rejects.toMatchObject({ code: 'option-invalid' })
  })
})

describe('setMany', () => {
  it('writes all in one round trip, and each replaces what was there', async () => {
    const { cache, asked } = setUp()
    await cache.setMany([
      { key: 'a', value: 1 },
      { key: 'b', value: 2 },
    ])
    expect(asked.filter((name) => name !== 'delete')).toEqual(['setMany'])
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual([1, 2, undefined])
    await cache.setMany([{ key: 'a', value: 3 }])
    expect(await cache.get('a')).toBe(3)
  })
})

it('clear lets go of everything, and L2 gets its room back', async () => {
  const { cache, asked } = setUp()
  await cache.setMany([
    { key: 'a', value: 1 },
    { key: 'b', value: 2 },
  ])
  await cache.clear()
  expect(await cache.getMany(['a', 'b'])).toEqual([undefined, undefined])
  expect(asked).toContain('deletePrefix')
})
