import { Redis } from 'ioredis'
import { createTieredCache } from 'thermocline/server'
import { type Adapter, MAX_ENTRIES, TTL_MS } from '../subject.ts'

export const adapter: Adapter = async ({ tiers, port, namespace, isPatient, maxEntries = MAX_ENTRIES }) => {
  const redis = tiers === 'l1' ? undefined : new Redis(port, '127.0.0.1')
  redis?.on('error', () => {})
  const cache = createTieredCache({
    namespace,
    ...(redis === undefined ? {} : { redis }),
    ...(isPatient ? { l2TimeoutMs: '5s' } : {}),
    l1: { maxEntries, maxBytes: 2 ** 31 },
    policies: {},
  })
  if (!(await cache.ready(30_000))) throw new Error('L2 was not in use in time.')
  const lifetimes = tiers === 'l2' ? { l1: 0, l2: TTL_MS } : { l1: TTL_MS, l2: TTL_MS }
  return {
    getOrSet: (key, load, groups) =>
      cache.getOrSet(key, load, groups === undefined ? lifetimes : { ...lifetimes, groups }),
    get: (key) => cache.get(key, { l1: lifetimes.l1 }),
    ...(tiers === 'l2' ? {} : { peek: (key: string) => cache.peek(key) }),
    set: (key, value, groups) =>
      cache.set(key, value, groups === undefined ? lifetimes : { ...lifetimes, groups }),
    delete: (key) => cache.delete(key),
    takesGroups: true,
    invalidateGroup: (group) => cache.invalidate({ groups: [group] }),
    getMany: (keys) => cache.getMany(keys, { l1: lifetimes.l1 }),
    getOrSetMany: (keys, loadMany) => cache.getOrSetMany(keys, loadMany, lifetimes),
    close: async () => {
      await cache.close()
      redis?.disconnect()
    },
  }
}
