import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { type Adapter, MAX_ENTRIES, TTL_MS } from '../subject.ts'

export const adapter: Adapter = async ({ tiers, port, namespace, maxEntries = MAX_ENTRIES }) => {
  const connection = { host: '127.0.0.1', port }
  let store = bentostore()
  // Objects as they are make its fastest L1; with a bus as well, a message about one ends the process (1.6.1).
  const memory =
    tiers === 'l1' ? ({ maxItems: maxEntries, serialize: false } as const) : { maxItems: maxEntries }
  if (tiers !== 'l2') store = store.useL1Layer(memoryDriver(memory))
  if (tiers !== 'l1') store = store.useL2Layer(redisDriver({ connection }))
  if (tiers === 'both') store = store.useBus(redisBusDriver({ connection }))
  const cache = new BentoCache({ default: 'main', prefix: namespace, ttl: TTL_MS, stores: { main: store } })
  return {
    getOrSet: (key, load, groups) =>
      groups === undefined
        ? cache.getOrSet({ key, factory: load })
        : cache.getOrSet({ key, factory: load, tags: [...groups] }),
    get: (key) => cache.get({ key }),
    set: (key, value, groups) =>
      groups === undefined ? cache.set({ key, value }) : cache.set({ key, value, tags: [...groups] }),
    delete: (key) => cache.delete({ key }),
    takesGroups: true,
    invalidateGroup: (group) => cache.deleteByTag({ tags: [group] }),
    close: () => cache.disconnectAll(),
  }
}
