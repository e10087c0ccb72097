import { Redis } from 'ioredis'
import { Loader, RedisCache, createNotificationPair } from 'layered-loader'
import { type Adapter, type Load, type LoadMany, MAX_ENTRIES, TTL_MS } from '../subject.ts'

interface Call {
  readonly key: string
  readonly load: Load
}

/** Its groups hold one name an entry, which each read must give as well: they are part of the key, not tags. */
export const adapter: Adapter = async ({ tiers, port, namespace, maxEntries = MAX_ENTRIES }) => {
  // Its types are those of ioredis 5.
  const connect = () => {
    const redis = new Redis(port, '127.0.0.1')
    redis.on('error', () => {})
    return redis
  }
  const redis = tiers === 'l1' ? undefined : connect()
  const bus = tiers === 'both' ? { publisher: connect(), consumer: connect() } : undefined
  const pair =
    bus &&
    createNotificationPair<unknown>({
      channel: `${namespace}-bus`,
      publisherRedis: bus.publisher as never,
      consumerRedis: bus.consumer as never,
    })
  // Its many-loader belongs to the loader, not to the call.
  let loadMissing: LoadMany = async () => []
  const loader = new Loader<unknown, Call, never>({
    inMemoryCache:
      tiers === 'l2' ? false : { cacheType: 'lru-map', ttlInMsecs: TTL_MS, maxItems: maxEntries },
    ...(redis === undefined
      ? {}
      : {
          asyncCache: new RedisCache<unknown>(redis as never, {
            json: true,
            prefix: namespace,
            ttlInMsecs: TTL_MS,
          }),
        }),
    ...(pair === undefined
      ? {}
      : { notificationConsumer: pair.consumer, notificationPublisher: pair.publisher }),
    cacheKeyFromLoadParamsResolver: ({ key }) => key,
    cacheKeyFromValueResolver: (value) => (value as { id: string }).id,
    dataSourceGetOneFn: ({ load }) => load(),
    dataSourceGetManyFn: (keys) => loadMissing(keys),
  })
  await loader.init()
  return {
    getOrSet: (key, load) => loader.get({ key, load }),
    ...(tiers === 'l2' ? {} : { peek: (key: string) => loader.getInMemoryOnly({ key, load: never }) }),
    set: (key, value) => loader.forceSetValue(key, value),
    delete: (key) => loader.invalidateCacheFor(key),
    getMany: (keys) => loader.getMany([...keys]),
    getOrSetMany: (keys, loadMany) => {
      loadMissing = loadMany
      return loader.getMany([...keys])
    },
    close: async () => {
      for (const client of [redis, bus?.publisher, bus?.consumer]) client?.disconnect()
    },
  }
}

const never: Load = () => Promise.reject(new Error('Nothing is loaded here.'))
