import type { InvalidationLog } from '../log/invalidation-log.ts'
import type { CacheParts } from './cache-parts.ts'
import type { BreakerState } from './circuit-breaker.ts'

/** How a cache is doing. */
export interface CacheStatusReport {
  readonly l1: { readonly entries: number; readonly bytes: number }
  /** `none`: there is no L2. `down`: it is bypassed. */
  readonly l2: 'ready' | 'down' | 'none'
  /** Whether L2 is asked (`closed`), left alone (`open`) or tried (`half-open`). */
  readonly breaker: BreakerState
  readonly log: {
    /** The sequence number up to which invalidations are known here. */
    readonly head: number
    /** How long ago the log was last known to have nothing more, in ms; `undefined` before the first time. */
    readonly lagMs: number | undefined
    readonly isCaughtUp: boolean
    /** Names that were invalidated here and that the log does not know of yet. */
    readonly pending: number
  }
}

export function reportStatus(
  { memory, l2, coherence, monotonicNow }: CacheParts,
  log: InvalidationLog,
): CacheStatusReport {
  const isReady = l2?.isAvailable === true && coherence.trustsL2
  // What keeps itself up to date has not heard anything either, and is never late.
  const lagMs = monotonicNow() - log.heardAtMs
  return {
    l1: { entries: memory.size, bytes: memory.bytes },
    l2: l2 === undefined ? 'none' : isReady ? 'ready' : 'down',
    breaker: l2?.breaker ?? 'closed',
    log: {
      head: log.head,
      lagMs: Number.isFinite(lagMs) ? Math.max(0, lagMs) : log.isCaughtUp ? 0 : undefined,
      isCaughtUp: log.isCaughtUp,
      pending: coherence.pending,
    },
  }
}
