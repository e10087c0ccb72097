import type { InvalidationResult } from '../cache/invalidate-options.ts'
import { logKeyOf } from '../cache/open-cache.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { checkInvalidation } from '../log/invalidation.ts'
import { withDeadline } from '../deadline.ts'
import { printable } from './access-log.ts'
import { type OwnRedis, connectRedis } from './connect-redis.ts'
import { CommandError } from './fail.ts'
import type { InvalidationRequest } from './invalidate-command.ts'

/** Appends to the log through a cache of the command's own, which is one of the fleet while it does. */
export async function invalidateByRedis(
  { wait, timeoutMs, ...what }: InvalidationRequest,
  url: string,
  namespace = 'thermocline',
): Promise<InvalidationResult> {
  if (wait === 'edges') {
    throw new CommandError(
      'only the application knows its edges. Ask it with --endpoint, or wait for the fleet: the edges are told in any case',
      2,
    )
  }
  // Before anything is asked for, so that a mistake is told as one where Redis is away.
  checkInvalidation(what)
  const redis = await connectRedis(url, () => {})
  try {
    if (!(await hasLog(redis, namespace, timeoutMs))) {
      // A name that is misspelt would else be a success: nobody is there who could be late.
      throw new CommandError(
        `nothing at this Redis uses the namespace ${printable(namespace)}. Give the application's own with --namespace`,
      )
    }
    const cache = createTieredCache({ redis: redis.client, namespace, l2TimeoutMs: timeoutMs })
    try {
      if (!(await cache.ready(timeoutMs))) throw isAway(timeoutMs)
      return await cache.invalidate(what, { wait, timeout: timeoutMs })
    } finally {
      await cache.close()
    }
  } finally {
    redis.close()
  }
}

/** Also where there is no Redis to be asked, it says so in time: the client alone would try for ever. */
async function hasLog({ client }: OwnRedis, namespace: string, timeoutMs: number): Promise<boolean> {
  try {
    return (await withDeadline(client.call('EXISTS', logKeyOf(namespace)), timeoutMs, 'EXISTS')) === 1
  } catch {
    throw isAway(timeoutMs)
  }
}

function isAway(timeoutMs: number): CommandError {
  return new CommandError(`Redis did not answer within ${timeoutMs / 1_000} s, so nothing was invalidated`)
}
