import { Redis } from 'ioredis'
import type { LaunchOptions } from './arguments.ts'
import { reasonOf } from './find-database.ts'
import { maskUrl } from './mask-url.ts'
import { startPrivateRedis } from './private-redis.ts'
import { StartupError } from './startup-error.ts'

export interface FoundRedis {
  /** `undefined`: there is none, L1 works alone. */
  readonly url: string | undefined
  /** For people: what it is and where. */
  readonly description: string
  close(): Promise<void>
}

/** The Redis that `REDIS_URL` names, else a private one, else none. Throws `StartupError`. */
export async function findRedis({ redisUrl, privateRedis }: LaunchOptions): Promise<FoundRedis> {
  if (redisUrl !== undefined) {
    const version = await askVersion(redisUrl)
    return { url: redisUrl, description: `Redis ${version} at ${maskUrl(redisUrl)}`, close: async () => {} }
  }
  if (!privateRedis) return none('not wanted (--no-redis)')
  const started = await startPrivateRedis()
  if (started === undefined) return none('no redis-server was found to start')
  return {
    url: started.url,
    description: `Redis ${started.version}, private, at ${started.url.replace('redis://', '')}`,
    close: () => started.close(),
  }
}

function none(why: string): FoundRedis {
  return { url: undefined, description: `none, L1 alone: ${why}`, close: async () => {} }
}

async function askVersion(url: string): Promise<string> {
  let redis: Redis | undefined
  try {
    // Anything else would be taken for a host name or a socket path.
    if (!/^rediss?:\/\//.test(url)) throw new Error('it does not begin with redis:// or rediss://')
    redis = new Redis(url, { lazyConnect: true, connectTimeout: 3_000, retryStrategy: () => null })
    let reason: unknown
    redis.on('error', (error) => (reason = error))
    await redis.connect().catch((error: unknown) => {
      throw reason ?? error
    })
    return /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? ''
  } catch (error) {
    throw new StartupError(
      `REDIS_URL is ${maskUrl(url)}, which cannot be used: ${reasonOf(error)}. ` +
        'Start that server or correct the URL; without REDIS_URL the storefront starts a Redis of its own.',
      { cause: error },
    )
  } finally {
    redis?.disconnect()
  }
}
