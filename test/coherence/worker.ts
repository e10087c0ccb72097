// One process of a site: it reads through a cache, changes rows and invalidates, and tells its parent what it saw and when.
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { createTieredCache } from '../../server/cache/tiered-cache.ts'
import { type HistoryEvent, createRecorder } from '../../server/testing/index.ts'
import { Random } from '../fuzz/random.ts'
import { BREAKS } from './breaks.ts'
import { TABLE } from './database.ts'
import { pickFamily, pickInvalidation } from './keys.ts'
import type { WorkerOptions } from './worker-process.ts'

const READERS = 4
const WRITERS = 2
const TELL_MS = 50

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

let events: HistoryEvent[] = []
const recorder = createRecorder({ process: name, sink: (event) => events.push(event) })
let hasQueued = false
const stopping = new AbortController()

await cache.ready(5_000)
const telling = setInterval(tell, TELL_MS)
const watching = setInterval(watchQueue, 5)
process.send?.({ type: 'ready' })
process.on('message', () => stopping.abort())
process.on('disconnect', () => process.exit(0))

await Promise.all([
  ...Array.from({ length: READERS }, () => repeat(read)),
  ...Array.from({ length: WRITERS }, () => repeat(write)),
])
clearInterval(telling)
clearInterval(watching)
await cache.close()
redis.disconnect()
await pool.end()
tell()
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
  return found(rows)
}

async function write(): Promise<void> {
  await sleep(random.below(120))
  const family = pickFamily(random, 0.85)
  const key = random.pick(family.keys)
  await recorder.write(key, async () => {
    const { rows } = await pool.query<Row>(
      `UPDATE ${TABLE} SET version = version + 1 WHERE key = '${key}' RETURNING version`,
    )
    return found(rows).version
  })
  const { invalidation, keys } = pickInvalidation(random, family, key)
  const { acknowledged } = await recorder.invalidate(keys, () => cache.invalidate(invalidation))
  if (!acknowledged) hasQueued = true
}

function found(rows: readonly Row[]): Row {
  const [row] = rows
  if (row === undefined) throw new Error('The row is not there.')
  return row
}

/** L2 is in use again only when the log has all that was queued. */
function watchQueue(): void {
  if (!hasQueued || cache.status().l2 !== 'ready') return
  hasQueued = false
  recorder.delivered()
}

function tell(): void {
  if (events.length === 0) return
  process.send?.({ type: 'events', events })
  events = []
}
