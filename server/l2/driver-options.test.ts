import { Redis } from 'ioredis'
import { MemcacheClient } from 'memcache-client'
import { describe, expect, it } from 'vitest'
import { memcachedDriver } from './memcached-driver.ts'
import { memoryDriver } from './memory-driver.ts'
import { memoryStore } from './memory-store.ts'
import { redisDriver } from './redis-driver.ts'

const refused = (message: string) =>
  expect.objectContaining({ code: 'option-invalid', message: expect.stringContaining(message) as string })

describe('a driver that is given what belongs into its options', () => {
  it('says how to give a client of Redis', () => {
    const redis = new Redis({ lazyConnect: true })
    expect(() => redisDriver(redis as never)).toThrow(refused('Give `{ redis: client }`'))
    expect(() => redisDriver({ redis: {} as never })).toThrow(refused('without `callBuffer`'))
    expect(() => redisDriver(undefined as never)).toThrow(refused('given undefined'))
    redis.disconnect()
  })

  it('says how to give a client of Memcached', () => {
    const memcached = new MemcacheClient({ server: '127.0.0.1:1' })
    expect(() => memcachedDriver(memcached as never)).toThrow(refused('Give `{ memcached: client }`'))
    expect(() => memcachedDriver(undefined as never)).toThrow(refused('given undefined'))
    memcached.shutdown()
  })

  it('says how to give a store', () => {
    expect(() => memoryDriver(memoryStore() as never)).toThrow(refused('Give `{ store }`'))
    expect(() => memoryDriver({ store: new Map() as never })).toThrow(
      refused('`store` is an object. Give one that'),
    )
  })
})
