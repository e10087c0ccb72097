import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { RedisServer } from '../../test/support/redis-server.ts'
import { BenchProcess } from '../cache/bench-process.ts'
import type { Variant } from './options.ts'

/** The memory of a process after so many distinct keys. */
export interface Point {
  readonly millions: number
  readonly rssBytes: number
}

/** How much memory may grow between the second million and the last. */
export const LIMIT = 0.05

const MILLION = 1_000_000
const MAX_ENTRIES = 10_000
const REDIS_BYTES = '64mb'
// Longer than a patient cache waits for Redis: the time limit of a call holds on to it for as long as that.
const SETTLE_MS = 6_000

/** Lets a cache with a bounded L1 load millions of keys, each once; told after each million. Throws where nothing was let go of. */
export async function measureGrowth(
  variant: Variant,
  millions: number,
  tell: (point: Point) => void,
): Promise<readonly Point[]> {
  const server = await RedisServer.start()
  const admin = new Redis(server.port, '127.0.0.1')
  await admin.config('SET', 'maxmemory', REDIS_BYTES)
  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
  const tiers = variant === 'l1' ? 'l1' : 'both'
  const opening = {
    tiers,
    port: server.port,
    namespace: 'memory',
    isPatient: true,
    maxEntries: MAX_ENTRIES,
  } as const
  const cache = await BenchProcess.open('thermocline', opening)
  try {
    const points: Point[] = []
    for (let count = 1; count <= millions; count += 1) {
      await cache.ask({ do: 'fill', prefix: `key:${count}:`, count: MILLION })
      await sleep(SETTLE_MS)
      const { rssBytes } = await cache.ask({ do: 'vitals' })
      const [, evicted = '0'] = /^evicted_keys:(\d+)/m.exec(await admin.info('stats')) ?? []
      // A tier that was not in use would look flat.
      if (variant === 'redis' && evicted === '0')
        throw new Error('Redis let go of nothing: L2 was not in use.')
      points.push({ millions: count, rssBytes })
      tell({ millions: count, rssBytes })
    }
    return points
  } finally {
    await cache.stop()
    admin.disconnect()
    await server.kill()
  }
}

/** The part by which memory grew between the second million and the last. */
export function growth(points: readonly Point[]): number {
  const from = points.find(({ millions }) => millions === 2)
  const to = points.at(-1)
  if (from === undefined || to === undefined) throw new Error('There is no second million to compare with.')
  return to.rssBytes / from.rssBytes - 1
}
