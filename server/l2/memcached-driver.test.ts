import { MemcacheClient } from 'memcache-client'
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import { MemcachedServer } from '../../test/support/memcached-server.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { describeL2Driver } from '../testing/index.ts'
import { type MemcachedLike, memcachedDriver } from './memcached-driver.ts'

const LONG_MS = 60_000
let server: MemcachedServer
const clients: MemcacheClient[] = []

beforeAll(async () => {
  server = await MemcachedServer.start()
})

afterAll(async () => {
  await server.kill()
})

afterEach(() => {
  for (const client of clients.splice(0)) client.shutdown()
})

function connect(): MemcacheClient {
  const client = new MemcacheClient({ server: server.address })
  clients.push(client)
  return client
}

describeL2Driver('memcachedDriver', () => memcachedDriver({ memcached: connect() }), {
  describe,
  it,
  lacks: ['deletePrefix', 'leases'],
})

describe('memcachedDriver', () => {
  it('takes a client of memcache-client, and refuses what is none', () => {
    expectTypeOf<MemcacheClient>().toExtend<MemcachedLike>()
    expect(() => memcachedDriver({ memcached: undefined as never })).toThrow('`memcached` is undefined')
    expect(() => memcachedDriver({ memcached: connect(), ttl: 1 } as never)).toThrow('no option `ttl`')
    expect(() => memcachedDriver({ memcached: connect(), maxValueBytes: 0 })).toThrow('`maxValueBytes` is 0')
  })

  it('keeps a value as large as it says it can', async () => {
    const driver = memcachedDriver({ memcached: connect() })
    const key = 'k'.repeat(driver.maxKeyBytes)
    await driver.set({ key, bytes: Buffer.alloc(driver.maxValueBytes, 'x'), ttlMs: LONG_MS })
    expect((await driver.get(key))?.length).toBe(driver.maxValueBytes)
    const tooLarge = { key, bytes: Buffer.alloc(1_048_576), ttlMs: LONG_MS }
    await expect(driver.set(tooLarge)).rejects.toThrow('too large')
  })

  it('keeps plain keys as they are, and others apart from them', async () => {
    const client = connect()
    const driver = memcachedDriver({ memcached: client })
    await driver.setMany(['shop:v:{42}', 'a b'].map((key) => ({ key, bytes: key, ttlMs: LONG_MS })))
    expect(await client.get('shop:v:{42}')).toMatchObject({ value: Buffer.from('shop:v:{42}') })
    const digest = '#yBJOQqFMPsFhErR3AeGqWLJY5k0mQb5xXbw0bGqTZHY'
    expect(await driver.get(digest)).toBeUndefined()
  })

  it('overlooks what it has not written', async () => {
    const client = connect()
    await client.set('text', 'some text')
    await client.set('json', { a: 1 })
    expect(await memcachedDriver({ memcached: client }).getMany(['text', 'json'])).toEqual([
      undefined,
      undefined,
    ])
  })

  it('never asks for a lifetime that would be read as a date, or as for ever', async () => {
    const lifetimes: number[] = []
    const memcached: MemcachedLike = {
      get: () => Promise.resolve({}),
      set: (_key, _value, { lifetime }) => Promise.resolve(lifetimes.push(lifetime)),
      delete: () => Promise.resolve(),
    }
    const driver = memcachedDriver({ memcached })
    for (const ttlMs of [0.1, 1, 1_000, 1_001, 2_591_999_000, 2_592_000_000, 1e12]) {
      await driver.set({ key: 'a', bytes: 'x', ttlMs })
    }
    expect(lifetimes).toEqual([2, 2, 2, 3, 2_592_000, 2_592_000, 2_592_000])
  })

  it('rejects while the server is away, and goes on when it is back', async () => {
    const driver = memcachedDriver({ memcached: connect() })
    const write = { key: 'a', bytes: 'A', ttlMs: LONG_MS }
    await driver.set(write)
    await server.kill()
    await expect(driver.get('a')).rejects.toThrow()
    await expect(driver.set(write)).rejects.toThrow()
    await expect(driver.delete(['a'])).rejects.toThrow()
    await server.restart()
    await waitUntil(
      () =>
        driver.set(write).then(
          () => true,
          () => false,
        ),
      'the server is back',
    )
    expect(String(await driver.get('a'))).toBe('A')
  })
})
