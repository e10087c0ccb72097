// One process of a site: it reads through a cache, changes rows and invalidates, and tells its parent what it saw and when.
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { createTieredCache } from '../../server/cache/tiered-cache.ts'
import { Random } from '../fuzz/random.ts'
import { BREAKS } from './breaks.ts'
import { TABLE } from './database.ts'
import { pickFamily, pickInvalidation } from './keys.ts'
import { ProcessReport } from './process-report.ts'
import { rowOf } from './row-of.ts'
import type { WorkerOptions } from './worker-process.ts'

const READERS = 4
const WRITERS = 2

interface Row {
  readonly version: number
}

const options = JSON.parse(process.argv[2] ?? '') as WorkerOptions
const { name, redisPort, databaseUrl, maxLagMs } = options
if (options.break !== undefined) BREAKS[options.break]()

const random = new Random(options.seed)
const redis = new Redis(redisPort, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: 1 })
redis.on('error', () => {})
const pool = new Pool({ connectionString: databaseUrl, max: 10 })
// In every other one so small an L1 that what leaves it is read from L2 again.
const maxEntries = options.seed % 2 === 0 ? 60 : 1_000
// So short a log that who was away for a while has missed some of it for good.
const cache = createTieredCache({ redis, maxLagMs, l1: { maxEntries }, logLength: 100 })

const report = new ProcessReport({ process: name, isL2Ready: () => cache.status().l2 === 'ready' })
const { recorder } = report
const stopping = new AbortController()

await cache.ready(5_000)
report.start()
process.send?.({ type: 'ready' })
process.on('message', () => stopping.abort())
process.on('disconnect', () => process.exit(0))

await Promise.all([
  ...Array.from({ length: READERS }, () => repeat(read)),
  ...Array.from({ length: WRITERS }, () => repeat(write)),
])
report.stop()
await cache.close()
redis.disconnect()
await pool.end()
report.tell()
process.send?.({ type: 'done' }, () => process.disconnect())

async function repeat(step: () => Promise<void>): Promise<void> {
  while (!stopping.signal.aborted) await step()
}

async function read(): Promise<void> {
  await sleep(1 + random.below(6))
  const family = pickFamily(random, 0.4)
  const key = random.pick(family.keys)
  let isLoaded = false
  const work = (): Promise<Row> => {
    isLoaded = false
    return cache.getOrSet(
      key,
      () => {
        isLoaded = true
        return load(key)
      },
      // Groups that are known before the load, and groups that come out of it.
      { groups: random.chance(0.5) ? [family.group] : () => [family.group] },
    )
  }
  await recorder.read(key, work, ({ version }) => ({ version, source: isLoaded ? 'loader' : 'cache' }))
}

async function load(key: string): Promise<Row> {
  if (random.chance(0.2)) await sleep(random.below(5))
  const { rows } = await pool.query<Row>(`SELECT version FROM ${TABLE} WHERE key = '${key}'`)
  // The row has been read; what happens from here on makes it old.
  const roll = random.next()
  if (roll < 0.002) await sleep(random.below(maxLagMs * 2))
  else if (roll < 0.05) await sleep(random.below(100))
  else if (roll < 0.5) await sleep(random.below(8))
  return rowOf(rows)
}

async function write(): Promise<void> {
  await sleep(random.below(120))
  const family = pickFamily(random, 0.85)
  const key = random.pick(family.keys)
  await recorder.write(key, async () => {
    const { rows } = await pool.query<Row>(
      `UPDATE ${TABLE} SET version = version + 1 WHERE key = '${key}' RETURNING version`,
    )
    return rowOf(rows).version
  })
  const { invalidation, keys } = pickInvalidation(random, family, key)
  const { acknowledged } = await recorder.invalidate(keys, () => cache.invalidate(invalidation))
  if (!acknowledged) report.noteQueued()
}
