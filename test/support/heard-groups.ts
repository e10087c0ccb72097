import { expect } from 'vitest'
import { createTieredCache } from '../../server/cache/tiered-cache.ts'
import type { TieredCache } from '../../server/cache/tiered-cache.ts'
import type { PostgresSourceEvent } from '../../server/postgres/source-event.ts'

/** A cache of one process, and all that its feed says and a source reports. */
export function heardGroups(cache: TieredCache = createTieredCache()) {
  const groups: string[][] = []
  const events: PostgresSourceEvent[] = []
  let resets = 0
  cache.feed.follow({
    invalidated: ({ invalidation }) => void groups.push([...invalidation.groups].toSorted()),
    reset: () => void (resets += 1),
  })
  const seen = (type: PostgresSourceEvent['type']): number =>
    events.filter((event) => event.type === type).length
  return {
    cache,
    /** One list for each invalidation. */
    groups,
    events,
    onEvent: (event: PostgresSourceEvent): void => void events.push(event),
    seen,
    resets: (): number => resets,
    /** Waits until an invalidation names a group. */
    hears: (group: string): Promise<void> => expect.poll(() => groups.flat()).toContain(group),
    /** Waits for an event of a type, or for the so-manieth. */
    sees: (type: PostgresSourceEvent['type'], count = 1): Promise<void> =>
      expect.poll(() => seen(type)).toBeGreaterThanOrEqual(count),
  }
}
