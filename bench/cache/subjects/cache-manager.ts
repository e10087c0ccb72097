import KeyvRedis from '@keyv/redis'
import { createCache } from 'cache-manager'
import { createKeyv } from 'cacheable'
import { Keyv } from 'keyv'
import { type Adapter, MAX_ENTRIES, TTL_MS } from '../subject.ts'

export const adapter: Adapter = async ({ tiers, port, namespace, maxEntries = MAX_ENTRIES }) => {
  // The memory store that its README names.
  const memory = createKeyv({ ttl: TTL_MS, lruSize: maxEntries, useClone: false })
  const stores = tiers === 'l2' ? [] : [memory]
  if (tiers !== 'l1') {
    const redis = new Keyv({ store: new KeyvRedis(`redis://127.0.0.1:${port}`), namespace })
    redis.on('error', () => {})
    stores.push(redis)
  }
  const cache = createCache({ stores, ttl: TTL_MS })
  return {
    getOrSet: (key, load) => cache.wrap(key, load),
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    delete: (key) => cache.del(key),
    getMany: (keys) => cache.mget([...keys]),
    close: async () => {
      await cache.disconnect()
    },
  }
}
