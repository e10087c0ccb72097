import { Redis } from 'ioredis'
import { RedisServer } from '../../test/support/redis-server.ts'
import { median } from '../median.ts'
import { COMPRESSORS } from './ways.ts'

/** Microseconds from asking a Redis on this machine to having the value, the middle of many. */
export interface LoopbackRow {
  readonly plain: number
  readonly compressed: number
}

const READS = 400

/** A read at a time of one value, written plain and compressed, in turn. */
export async function readFromRedis(values: readonly unknown[]): Promise<readonly LoopbackRow[]> {
  const server = await RedisServer.start()
  const redis = new Redis(server.port, '127.0.0.1')
  try {
    const rows: LoopbackRow[] = []
    for (const value of values) {
      const plain = COMPRESSORS['JSON alone']
      const compressed = COMPRESSORS['deflate 1 (ours)']
      if (plain === undefined || compressed === undefined) throw new Error('A way is missing.')
      await redis.set('plain', plain.encode(value))
      await redis.set('compressed', compressed.encode(value))
      const times = { plain: [] as number[], compressed: [] as number[] }
      for (let read = 0; read < READS; read += 1) {
        for (const [key, way] of [['plain', plain] as const, ['compressed', compressed] as const]) {
          const start = performance.now()
          const bytes = await redis.getBuffer(key)
          if (bytes === null) throw new Error('Redis lost a value.')
          way.decode(bytes)
          times[key].push((performance.now() - start) * 1_000)
        }
      }
      rows.push({ plain: median(times.plain), compressed: median(times.compressed) })
    }
    return rows
  } finally {
    redis.disconnect()
    await server.kill()
  }
}
