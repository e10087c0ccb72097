import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { property } from '../../test/support/property.ts'
import { TwoQueues } from './two-queues.ts'

interface Thing {
  readonly bytes: number
}

function queues(maxEntries: number, maxBytes: number, onEvict?: (value: Thing, key: string) => void) {
  return new TwoQueues<Thing>({ maxEntries, maxBytes, bytesOf: ({ bytes }) => bytes, onEvict })
}

const ONE: Thing = { bytes: 1 }

describe('entries in two queues', () => {
  it('are all kept as long as there is room', () => {
    const entries = queues(10, 10)
    for (let i = 0; i < 10; i += 1) entries.set(`key-${i}`, ONE)
    for (let i = 0; i < 10; i += 1) expect(entries.peek(`key-${i}`)).toBe(ONE)
    expect([entries.size, entries.bytes]).toEqual([10, 10])
  })

  it('survive a scan once they were read again', () => {
    const entries = queues(1_000, 1_000)
    for (let i = 0; i < 500; i += 1) entries.set(`hot-${i}`, ONE)
    for (let i = 0; i < 500; i += 1) entries.get(`hot-${i}`)
    for (let i = 0; i < 20_000; i += 1) entries.set(`scan-${i}`, ONE)
    const hot = Array.from({ length: 500 }, (_, i) => entries.has(`hot-${i}`))
    expect(hot.filter(Boolean)).toHaveLength(500)
    expect(entries.size).toBe(1_000)
  })

  it('are there right after they were set, however full it is', () => {
    const entries = queues(10, 10)
    for (let i = 0; i < 100; i += 1) {
      entries.set(`key-${i}`, ONE)
      expect(entries.peek(`key-${i}`)).toBe(ONE)
    }
  })

  it('join those that were read again when they come back soon after they left', () => {
    const entries = queues(100, 100)
    for (let i = 0; i < 110; i += 1) entries.set(`key-${i}`, ONE)
    expect(entries.has('key-0')).toBe(false)
    entries.set('key-0', ONE)
    for (let i = 0; i < 150; i += 1) entries.set(`scan-${i}`, ONE)
    expect(entries.has('key-0')).toBe(true)
  })

  it('leave in the order of their last reading', () => {
    const gone: string[] = []
    const entries = queues(3, 3, (_, key) => gone.push(key))
    for (const key of ['a', 'b', 'c']) {
      entries.set(key, ONE)
      entries.get(key)
    }
    entries.get('a')
    entries.set('d', ONE)
    expect(gone).toEqual(['b'])
  })

  it('are replaced in their place', () => {
    const entries = queues(10, 10)
    entries.set('a', { bytes: 4 })
    entries.set('a', { bytes: 6 })
    expect([entries.size, entries.bytes, entries.peek('a')?.bytes]).toEqual([1, 6, 6])
  })

  it('that are larger than everything are not kept, nor what they were to replace', () => {
    const entries = queues(10, 10)
    entries.set('a', ONE)
    entries.set('b', ONE)
    expect(entries.set('a', { bytes: 11 })).toBe(false)
    expect([entries.has('a'), entries.has('b')]).toEqual([false, true])
  })

  it('are told of only when they had to leave', () => {
    const gone: string[] = []
    const entries = queues(2, 2, (_, key) => gone.push(key))
    entries.set('a', ONE)
    entries.get('a')
    entries.set('a', ONE)
    entries.set('b', ONE)
    entries.delete('a')
    entries.clear()
    expect([gone, entries.size]).toEqual([[], 0])
  })

  const anyStep = fc.record({
    does: fc.constantFrom('set', 'get', 'delete'),
    key: fc.nat(30).map((i) => `key-${i}`),
    bytes: fc.integer({ min: 1, max: 40 }),
  })
  property(
    'never take more than they may, and are what was set last',
    [fc.array(anyStep, { maxLength: 100 }), fc.integer({ min: 1, max: 12 })],
    (steps, maxEntries) => {
      const held = new Map<string, Thing>()
      const entries = queues(maxEntries, 100, (_, key) => held.delete(key))
      for (const { does, key, bytes } of steps) {
        if (does === 'delete') expect(entries.delete(key)).toBe(held.delete(key))
        else if (does === 'get') expect(entries.get(key)).toBe(held.get(key))
        else {
          const value = { bytes }
          expect(entries.set(key, value)).toBe(true)
          held.set(key, value)
        }
        expect(entries.size).toBe(held.size)
        expect(entries.bytes).toBe([...held.values()].reduce((sum, thing) => sum + thing.bytes, 0))
        expect(entries.bytes <= 100 && entries.size <= maxEntries).toBe(true)
      }
    },
  )
})
