import { describe, expect, it } from 'vitest'
import { describeL2Driver } from '../testing/index.ts'
import { memoryDriver } from './memory-driver.ts'
import { memoryStore } from './memory-store.ts'

const shared = memoryStore()
describeL2Driver('memoryDriver', () => memoryDriver({ store: shared }), { describe, it })

describe('memoryDriver', () => {
  it('holds no more bytes than it may, and lets go of what was used least recently', async () => {
    const driver = memoryDriver({ store: memoryStore({ maxBytes: 1_000 }) })
    const writes = Array.from({ length: 10 }, (_, index) => ({
      key: `k${index}`,
      bytes: 'x'.repeat(200),
      ttlMs: 1_000,
    }))
    await driver.setMany(writes.slice(0, 4))
    await driver.get('k0')
    await driver.setMany(writes.slice(4, 6))
    const found = await driver.getMany(writes.map(({ key }) => key))
    expect(found.flatMap((bytes, index) => (bytes ? [index] : []))).toEqual([0, 3, 4, 5])
  })

  it('goes by the clock that it is given', async () => {
    let now = 1_000
    const driver = memoryDriver({ store: memoryStore({ now: () => now }) })
    await driver.set({ key: 'a', bytes: 'A', ttlMs: 50 })
    await driver.leases?.getOrLease('b', 'token', 50)
    now = 1_049
    expect(String(await driver.get('a'))).toBe('A')
    expect(await driver.leases?.getOrLease('b', 'other', 50)).toEqual({
      kind: 'held',
      token: 'token',
      leftMs: 1,
    })
    now = 1_050
    expect(await driver.get('a')).toBeUndefined()
    expect(await driver.leases?.getOrLease('b', 'other', 50)).toEqual({ kind: 'leased' })
  })

  it('forgets the leases of loaders that never came back', async () => {
    let now = 0
    const store = memoryStore({ now: () => now })
    for (; now < 10_000; now += 1) store.lease(`key-${now}`, 'token', 10)
    expect(store.leases).toBeLessThan(3_000)
  })

  it('shares nothing unless it is told to', async () => {
    await memoryDriver().set({ key: 'a', bytes: 'A', ttlMs: 1_000 })
    expect(await memoryDriver().get('a')).toBeUndefined()
  })

  it('refuses options that it does not know, and a size that is none', () => {
    expect(() => memoryDriver({ size: 1 } as never)).toThrow('no option `size`')
    expect(() => memoryStore({ maxBytes: 0 })).toThrow('`maxBytes` is 0')
  })
})
