import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { createTieredCache } from 'thermocline/server'
import { createApp } from './app.ts'
import { followDatabase } from './database/follow-database.ts'
import { createPool } from './database/pool.ts'
import { openFront } from './front/open-front.ts'
import type { InstanceConfig, InstanceMessage } from './instance-config.ts'
import { policies } from './policies.ts'
import { SessionStore } from './web/session-store.ts'

const SWEEP_MS = 60 * 60 * 1_000
const LONGEST_GOODBYE_MS = 2_000

let stop: () => Promise<void> = async () => {}

// Ctrl+C reaches every process of the terminal; when to stop is the launcher's to say.
process.on('SIGINT', () => {})
process.once('SIGTERM', () => void leave())
// The channel closes when the launcher ends, however it ends: nothing may outlive it.
process.once('disconnect', () => void leave())
process.once('message', (config) => {
  start(config as InstanceConfig).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException
    tell({ type: 'failed', code, message: message ?? String(error) })
    void leave()
  })
})

async function start(config: InstanceConfig): Promise<void> {
  const pool = createPool(config.databaseUrl)
  const redis = config.redisUrl === undefined ? undefined : connectRedis(config.redisUrl)
  const cache = createTieredCache({
    policies,
    namespace: `storefront-${config.dataId}`,
    ...(redis === undefined ? {} : { redis }),
  })
  // The first visitors should find Redis in use; without it the shop opens all the same.
  if (redis !== undefined) await cache.ready(2_000)
  const front = openFront(cache, config.edges)
  const source = await followDatabase(config.databaseUrl, front)
  const server = createServer(createApp({ pool, cache, front, description: config.description }))
  const sweep = setInterval(() => void removeExpiredSessions(new SessionStore(pool)), SWEEP_MS)
  stop = async () => {
    clearInterval(sweep)
    await closeServer(server)
    await source.close()
    await front.edges?.close()
    await cache.close()
    redis?.disconnect()
    await pool.end()
  }
  server.listen(config.port, config.host)
  await once(server, 'listening')
  tell({ type: 'listening', port: (server.address() as AddressInfo).port })
}

function connectRedis(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: null, enableOfflineQueue: false })
  // The cache reports and outlives a Redis that is away; without a listener each attempt would print a stack.
  redis.on('error', () => {})
  return redis
}

async function removeExpiredSessions(store: SessionStore): Promise<void> {
  await store.deleteExpired().catch((error: Error) => console.error(`sessions: ${error.message}`))
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  // Browsers keep connections and event streams open for as long as they may.
  server.closeIdleConnections()
  const patience = setTimeout(() => server.closeAllConnections(), LONGEST_GOODBYE_MS / 2)
  await closed
  clearTimeout(patience)
}

let isLeaving = false

async function leave(): Promise<void> {
  if (isLeaving) return
  isLeaving = true
  setTimeout(() => process.exit(1), LONGEST_GOODBYE_MS).unref()
  await stop().catch((error: unknown) => console.error(error))
  process.exit(0)
}

function tell(message: InstanceMessage): void {
  if (process.connected) process.send?.(message)
}
