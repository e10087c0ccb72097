import { messageOf } from '../cache/message-of.ts'
import type { InvalidationResult } from '../cache/invalidate-options.ts'
import type { Invalidation } from '../log/invalidation.ts'
import type { Batch } from './batch.ts'

/** What a source needs of a cache. A `TieredCache` fits. */
export interface InvalidatedCache {
  invalidate(invalidation: Invalidation): Promise<InvalidationResult>
}

/** Groups of one entry of the log: what every process and every open page reads in one piece. */
const MOST_GROUPS = 1_000

/**
 * Invalidates what a batch concerns. Resolves with why the log does not have all of it, or with `undefined` once it has. What
 * it has already it may get again, which harms nothing.
 */
export async function publish(cache: InvalidatedCache, batch: Batch): Promise<string | undefined> {
  try {
    for (const invalidation of invalidationsOf(batch)) {
      const { acknowledged } = await cache.invalidate(invalidation)
      if (!acknowledged) return 'The log of the cache can not be reached.'
    }
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

function* invalidationsOf({ groups, everythingOf }: Batch): Generator<Invalidation> {
  if (everythingOf.length > 0) {
    yield { prefixes: [''] }
    return
  }
  for (let from = 0; from < groups.length; from += MOST_GROUPS) {
    yield { groups: groups.slice(from, from + MOST_GROUPS) }
  }
}
