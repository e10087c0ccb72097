import { ThermoclineError, describeValue } from '../../policy/index.ts'
import type { CacheStatsSnapshot } from '../cache/cache-stats.ts'
import type { BreakerState } from '../cache/circuit-breaker.ts'

/** How a cache is doing, as far as observers need to know. */
export interface ObservedStatus {
  readonly l1: { readonly entries: number; readonly bytes: number }
  /** `none`: there is no L2. `down`: it is bypassed. */
  readonly l2: 'ready' | 'down' | 'none'
  /** The circuit breaker in front of L2. */
  readonly breaker: BreakerState
  readonly log: {
    /** How long ago this process knew all that the log said; `undefined` before the first time. */
    readonly lagMs: number | undefined
    readonly isCaughtUp: boolean
    /** Names that were invalidated here and that the log does not know of yet. */
    readonly pending: number
  }
}

/** The part of a cache that observers read. A `TieredCache` fits. */
export interface ObservedCache {
  stats(): CacheStatsSnapshot
  status(): ObservedStatus
}

/** Throws `option-invalid` for what is no cache. */
export function assertObserved(whose: string, cache: unknown): asserts cache is ObservedCache {
  const { stats, status } = (cache ?? {}) as Partial<ObservedCache>
  if (typeof stats === 'function' && typeof status === 'function') return
  throw new ThermoclineError(
    'option-invalid',
    `\`${whose}\` was given \`cache: ${describeValue(cache)}\`. Give what \`createTieredCache\` made.`,
  )
}
