import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { RedisServer } from '../../test/support/redis-server.ts'
import { BenchProcess } from '../cache/bench-process.ts'
import type { Vitals } from '../cache/messages.ts'
import type { Variant } from './options.ts'

/** The memory of a process after so many distinct keys. */
export interface Point {
  readonly millions: number
  readonly rssBytes: number
  /** What of it is in use: the rest is what the engine has not given back to the system. */
  readonly heapBytes: number
}

/** How much memory may grow between the second million and the last. */
export const LIMIT = 0.05

const MILLION = 1_000_000
const MAX_ENTRIES = 10_000
const REDIS_BYTES = '64mb'
const LOOKS = 6
const BETWEEN_MS = 2_000

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
      const { rssBytes, heapBytes } = await settledVitals(cache)
      const [, evicted = '0'] = /^evicted_keys:(\d+)/m.exec(await admin.info('stats')) ?? []
      // A tier that was not in use would look flat.
      if (variant === 'redis' && evicted === '0')
        throw new Error('Redis let go of nothing: L2 was not in use.')
      const point = { millions: count, rssBytes, heapBytes }
      points.push(point)
      tell(point)
    }
    return points
  } finally {
    await cache.stop()
    admin.disconnect()
    await server.kill()
  }
}

/** The least of some looks: V8 gives memory back to the system only after it has been idle for some seconds. */
async function settledVitals(cache: BenchProcess): Promise<Vitals> {
  const all: Vitals[] = []
  for (let look = 0; look < LOOKS; look += 1) {
    await sleep(BETWEEN_MS)
    all.push(await cache.ask({ do: 'vitals' }))
  }
  return all.reduce((least, now) => (now.rssBytes < least.rssBytes ? now : least))
}

/** The part by which memory grew between the second million and the last. */
export function growth(points: readonly Point[]): number {
  const from = points.find(({ millions }) => millions === 2)
  const to = points.at(-1)
  if (from === undefined || to === undefined) throw new Error('There is no second million to compare with.')
  return to.rssBytes / from.rssBytes - 1
}
