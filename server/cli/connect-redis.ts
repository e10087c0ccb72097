import type { Redis } from 'ioredis'
import type { RedisLike } from '../redis-like.ts'
import { CommandError } from './fail.ts'

/** A Redis client that the command owns. */
export interface OwnRedis {
  readonly client: RedisLike
  readonly close: () => void
}

/** Connects in the background: a Redis that is away costs L2 and nothing else. Throws where ioredis is not installed. */
export async function connectRedis(url: string, onTrouble: (message: string) => void): Promise<OwnRedis> {
  const ioredis = await loadIoredis()
  const redis = new ioredis.Redis(url, { maxRetriesPerRequest: null })
  let isAway = false
  redis.on('error', (error: Error) => {
    // It tries again and again; one line for one outage is enough.
    if (!isAway) onTrouble(`Redis is away, going on without it: ${error.message || 'no connection'}`)
    isAway = true
  })
  redis.on('ready', () => {
    if (isAway) onTrouble('Redis is back.')
    isAway = false
  })
  return { client: redis, close: () => redis.disconnect() }
}

async function loadIoredis(): Promise<{ readonly Redis: typeof Redis }> {
  try {
    return await import('ioredis')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new CommandError('--redis needs the package ioredis. Install it: npm install ioredis')
  }
}
