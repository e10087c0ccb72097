import { LRUCache } from 'lru-cache'
import { type Adapter, MAX_ENTRIES } from '../subject.ts'

/** The limit of L1: the same LRU that ours is built on, awaited. */
export const adapter: Adapter = async ({ tiers, maxEntries = MAX_ENTRIES }) => {
  if (tiers !== 'l1') return undefined
  const lru = new LRUCache<string, object>({ max: maxEntries })
  const get = async (key: string): Promise<object | undefined> => lru.get(key)
  return {
    get,
    peek: (key) => lru.get(key),
    getOrSet: async (key, load) => {
      const found = lru.get(key)
      if (found !== undefined) return found
      const value = (await load()) as object
      lru.set(key, value)
      return value
    },
    set: async (key, value) => {
      lru.set(key, value as object)
    },
    delete: async (key) => lru.delete(key),
    close: async () => lru.clear(),
  }
}
