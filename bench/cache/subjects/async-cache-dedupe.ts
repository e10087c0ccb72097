import { createCache } from 'async-cache-dedupe'
import { Redis } from 'ioredis'
import { type Adapter, type Load, MAX_ENTRIES, TTL_MS } from '../subject.ts'

interface Call {
  readonly key: string
  readonly load: Load
  readonly groups?: readonly string[] | undefined
}

/** It has either a memory or a Redis tier: with both asked for, Redis is what processes share. */
export const adapter: Adapter = async ({ tiers, port, namespace, maxEntries = MAX_ENTRIES }) => {
  const redis = tiers === 'l1' ? undefined : new Redis(port, '127.0.0.1')
  redis?.on('error', () => {})
  const ttl = TTL_MS / 1_000
  const cache = createCache({
    ttl,
    storage:
      redis === undefined
        ? { type: 'memory', options: { size: maxEntries, invalidation: true } }
        : { type: 'redis', options: { client: redis, invalidation: { referencesTTL: ttl } } },
  }).define(
    namespace,
    {
      serialize: ({ key }: Call) => key,
      references: ({ groups }: Call) => (groups === undefined ? [] : [...groups]),
    },
    ({ load }: Call) => load(),
  )
  const { [namespace]: fetch } = cache
  if (fetch === undefined) throw new Error(`${namespace} was not defined.`)
  return {
    getOrSet: (key, load, groups) => fetch({ key, load, groups }),
    get: (key) => cache.get(namespace, `${namespace}~${key}`),
    set: (key, value, groups) =>
      cache.set(namespace, `${namespace}~${key}`, value, ttl, groups === undefined ? [] : [...groups]),
    delete: (key) => cache.clear(namespace, { key }),
    takesGroups: true,
    invalidateGroup: (group) => cache.invalidate(namespace, group),
    close: async () => redis?.disconnect(),
  }
}
