// One server process of the site: it serves rows, tells what is invalidated, and changes rows of its own accord.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import express, { type Request } from 'express'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { definePolicies, publicData } from '../../../policy/index.ts'
import { createTieredCache } from '../../../server/cache/tiered-cache.ts'
import { createHttpPolicies } from '../../../server/http/http-policies.ts'
import { invalidationStream } from '../../../server/stream/invalidation-stream.ts'
import { Random } from '../../fuzz/random.ts'
import { TABLE } from '../database.ts'
import { KEYS, pickFamily } from '../keys.ts'
import { ProcessReport } from '../process-report.ts'
import { rowOf } from '../row-of.ts'
import { BROWSER_BREAKS } from './breaks.ts'
import { isCached, marker, rowGroup } from './names.ts'
import { PAGE } from './page.ts'
import type { OriginCommand, OriginOptions } from './origin-process.ts'

const WRITERS = 2

const {
  break: name,
  databaseUrl,
  maxLagMs,
  process: own,
  redisPort,
  rows,
  scripts,
  seed,
} = JSON.parse(process.argv[2] ?? '') as OriginOptions
if (name !== undefined) BROWSER_BREAKS[name].server?.()

const random = new Random(seed)
const redis = new Redis(redisPort, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: 1 })
redis.on('error', () => {})
const pool = new Pool({ connectionString: databaseUrl, max: 8 })
// So short a log that who was away for a while has missed some of it for good.
const cache = createTieredCache({ redis, maxLagMs, logLength: 100 })
const stream = invalidationStream({ cache, beat: '1s', retry: '100ms' })
// Without invalidations a browser would be out of date for all of the run.
const policies = definePolicies({ row: publicData({ browser: '10m' }) })
const http = createHttpPolicies(policies)

let isWriting = true
const report = new ProcessReport({
  process: own,
  isL2Ready: () => cache.status().l2 === 'ready',
  clock: Date.now,
})
const { recorder } = report

const app = express().set('env', 'test')
app.use(http.middleware())
app.get('/', (_request, response) => response.set('Cache-Control', 'no-cache').type('html').send(PAGE))
for (const script of ['sw.js', 'client.js']) {
  app.get(`/${script}`, async (_request, response) => {
    response
      .set('Cache-Control', 'no-cache')
      .type('js')
      .send(await readFile(join(scripts, script), 'utf8'))
  })
}
app.get('/invalidations', stream.handler)
app.get(
  '/rows/:key',
  http.route('row', ({ params }: Request<{ key: string }>) => ({ groups: [rowGroup(params.key)] })),
  async (request, response) => {
    const key = KEYS.find((one) => one === request.params['key'])
    if (key === undefined) response.sendStatus(404)
    else if (isCached(key, rows))
      response.json(await cache.getOrSet(key, () => load(key), { groups: [rowGroup(key)] }))
    else response.json(await load(key))
  },
)
await cache.ready(5_000)
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
report.start()
process.on('message', ({ type, key }: OriginCommand) => {
  if (type === 'pause') isWriting = false
  else if (key !== undefined) void change(key)
})
process.on('disconnect', () => process.exit(0))
process.send?.({ type: 'ready', port: (server.address() as AddressInfo).port })
await Promise.all(Array.from({ length: WRITERS }, () => write()))

async function load(key: string): Promise<{ version: number }> {
  const { rows: found } = await pool.query<{ version: number }>(
    `SELECT version FROM ${TABLE} WHERE key = '${key}'`,
  )
  // The row has been read; what happens from here on makes it old, and may reach a page before the row does.
  if (random.chance(0.3)) await sleep(random.below(500))
  return rowOf(found)
}

async function write(): Promise<void> {
  for (;;) {
    await sleep(random.below(300))
    if (isWriting) await change(random.pick(pickFamily(random, 0.6).keys))
  }
}

async function change(key: string): Promise<void> {
  const version = await recorder.write(key, async () => {
    const { rows: found } = await pool.query<{ version: number }>(
      `UPDATE ${TABLE} SET version = version + 1 WHERE key = '${key}' RETURNING version`,
    )
    return rowOf(found).version
  })
  const groups = [rowGroup(key), marker(key, version)]
  const { acknowledged } = await recorder.invalidate([key], () => cache.invalidate({ groups }))
  if (!acknowledged) report.noteQueued()
}
