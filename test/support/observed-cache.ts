import { CacheStats } from '../../server/cache/cache-stats.ts'
import type { ObservedCache, ObservedStatus } from '../../server/observe/observed-cache.ts'

/** What an observer reads, without a cache behind it: a test sets it as it likes, and sees how often it was read. */
export class StatedCache implements ObservedCache {
  readonly counters = new CacheStats()
  state: ObservedStatus = {
    l1: { entries: 2, bytes: 300 },
    l2: 'ready',
    breaker: 'closed',
    log: { lagMs: 12, isCaughtUp: true, pending: 0 },
  }
  reads = 0

  stats(): ReturnType<ObservedCache['stats']> {
    this.reads += 1
    return this.counters.snapshot()
  }

  status(): ObservedStatus {
    return this.state
  }
}
