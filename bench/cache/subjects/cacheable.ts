import KeyvRedis from '@keyv/redis'
import { Cacheable, createKeyv } from 'cacheable'
import { Keyv } from 'keyv'
import { type Adapter, MAX_ENTRIES, TTL_MS } from '../subject.ts'

export const adapter: Adapter = async ({ tiers, port, namespace, maxEntries = MAX_ENTRIES }) => {
  const memory = () => createKeyv({ ttl: TTL_MS, lruSize: maxEntries, useClone: false })
  const redis = () => new Keyv({ store: new KeyvRedis(`redis://127.0.0.1:${port}`), namespace, ttl: TTL_MS })
  // Its bus, @qified/redis, does not run on Node 20.
  const cache = new Cacheable({
    primary: tiers === 'l2' ? redis() : memory(),
    ...(tiers === 'both' ? { secondary: redis() } : {}),
    ttl: TTL_MS,
    tags: tiers !== 'l1',
  })
  cache.on('error', () => {})
  const set = (key: string, value: unknown, groups?: readonly string[]): Promise<boolean> =>
    groups === undefined ? cache.set(key, value) : cache.set(key, value, { tags: [...groups] })
  return {
    getOrSet: async (key, load, groups) => {
      if (groups === undefined) return cache.getOrSet(key, load)
      // `getOrSet` takes no tags; `set` alone does.
      const found = await cache.get(key)
      if (found !== undefined) return found
      const value = await load()
      await set(key, value, groups)
      return value
    },
    get: (key) => cache.get(key),
    set,
    delete: (key) => cache.delete(key),
    takesGroups: true,
    ...(tiers === 'l1' ? {} : { invalidateGroup: (group: string) => cache.tags.invalidateTag(group) }),
    getMany: (keys) => cache.getMany([...keys]),
    close: () => cache.disconnect(),
  }
}
