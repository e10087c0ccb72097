import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { CacheEvent } from '../../server/cache/cache-event.ts'
import type { TieredCacheOptions } from '../../server/cache/cache-options.ts'
import { createTieredCache } from '../../server/cache/tiered-cache.ts'
import { RedisServer } from './redis-server.ts'

export interface OpenOptions {
  /** Another server than the one that the tests share. */
  readonly url?: string | undefined
  /** How long its client waits before it connects again. @default what ioredis has */
  readonly retryMs?: number | undefined
  /** What the cache is given, for tests that look at what goes over the client, or come between. */
  readonly prepare?: ((redis: Redis) => TieredCacheOptions) | undefined
}

/**
 * A Redis for the tests of a file or a `describe`, a namespace for each test, and "processes" on it: caches that have a connection of
 * their own. What is asked of them is what happens, not how soon, since a busy machine may pause for seconds.
 */
export function useRedisCaches(name: string) {
  let server: RedisServer
  let tests = 0
  const steps: (() => unknown)[] = []
  beforeAll(async () => {
    server = await RedisServer.start()
  })
  afterAll(() => server.kill())
  beforeEach(() => {
    tests += 1
  })
  afterEach(async () => {
    for (const step of steps.splice(0).reverse()) await step()
  })

  /** A cache that has just been made. */
  function open(options: TieredCacheOptions = {}, { url = server.url, retryMs, prepare }: OpenOptions = {}) {
    const redis = new Redis(url, retryMs === undefined ? {} : { retryStrategy: () => retryMs })
    redis.on('error', () => {})
    const events: CacheEvent[] = []
    const cache = createTieredCache({
      redis,
      namespace: namespace(),
      l2TimeoutMs: '30s',
      maxLagMs: '1h',
      onEvent: (event) => events.push(event),
      ...prepare?.(redis),
      ...options,
    })
    steps.push(
      () => redis.disconnect(),
      () => cache.close(),
    )
    return { cache, redis, events }
  }

  const namespace = (): string => `${name}-${tests}`

  return {
    namespace,
    open,
    /** A cache that has L2 in use. */
    async openReady(options: TieredCacheOptions = {}, more: OpenOptions = {}) {
      const opened = open(options, more)
      expect(await opened.cache.ready(30_000)).toBe(true)
      return opened
    },
    url: (): string => server.url,
    /** Done after the test, the last first. */
    cleanUp: (step: () => unknown): void => void steps.push(step),
  }
}

/** How often something has come of a lease. */
export function countLeases(events: readonly CacheEvent[], outcome: 'taken' | 'waited' | 'stolen' | 'lost') {
  return events.filter((event) => event.type === 'lease' && event.outcome === outcome).length
}
