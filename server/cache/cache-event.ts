import type { ErrorCode } from '../../policy/index.ts'
import type { InvalidationMode } from '../log/invalidation.ts'
import type { BreakerState } from './circuit-breaker.ts'

/** How a load ended. `overtaken`: with a value that was invalidated meanwhile, so that nobody keeps it. */
export type LoadOutcome = 'loaded' | 'failed' | 'timed-out' | 'overtaken'

/**
 * What a cache reports. Keys and reasons, never values. A hit is not among them: hits are counted (`cache.stats()`), since
 * telling of each would cost more than the hit.
 */
export type CacheEvent =
  /** A command of L2 failed or took too long; the request went on without it. */
  | { readonly type: 'l2-error'; readonly operation: string; readonly error: unknown }
  /** The invalidation log can't be reached: L2 is bypassed and L1 trusted for `maxLagMs` only. */
  | { readonly type: 'log-lost'; readonly error: unknown }
  /** The log has been read to its end: L2 is in use. */
  | { readonly type: 'log-caught-up' }
  /** Invalidations may have been missed: L1 was dropped and older L2 entries are not trusted. */
  | { readonly type: 'reset' }
  /** An invalidation took effect in this process. */
  | {
      readonly type: 'invalidated'
      readonly keys: readonly string[]
      readonly groups: readonly string[]
      readonly prefixes: readonly string[]
      /** Whether it may still be given as stale. @default 'delete' */
      readonly mode?: InvalidationMode
    }
  /** A value was not kept in L2. */
  | { readonly type: 'not-stored'; readonly key: string; readonly code: ErrorCode; readonly reason: string }
  /** What L2 had was of a version that can't be brought up, or does not fit the schema, and counts as missing. `schema` is the version it was written with. */
  | { readonly type: 'not-admitted'; readonly key: string; readonly schema: string | number }
  /** A loader has ended, or was given up on. `policy` is '' where the call names none. */
  | {
      readonly type: 'load'
      /** The first, where one call loaded several (`getOrSetMany`). */
      readonly key: string
      /** How many keys the same call loaded beside it. @default 0 */
      readonly others?: number
      readonly policy: string
      readonly durationMs: number
      readonly outcome: LoadOutcome
    }
  /**
   * A caller got a value past its lifetime: while it is reloaded (`revalidating`), because the load failed (`error`), or
   * because it took longer than `softTimeout` (`slow`).
   */
  | {
      readonly type: 'stale-served'
      readonly key: string
      readonly reason: 'revalidating' | 'error' | 'slow'
    }
  /** A caller waits for a load that another one began in this process. */
  | { readonly type: 'coalesced'; readonly key: string }
  /**
   * The right to load a key for the whole fleet: this process has it (`taken`), waits for the one that has it (`waited`), took
   * it over from one that loads what was invalidated since (`stolen`), or had it and was too slow (`lost`).
   */
  | {
      readonly type: 'lease'
      readonly key: string
      readonly outcome: 'taken' | 'waited' | 'stolen' | 'lost'
    }
  /** L2 is asked again (`closed`), left alone (`open`), or tried with one call (`half-open`). */
  | { readonly type: 'breaker'; readonly state: BreakerState }
  /** Entries left L1 to make room. `bytes` is the estimate by which L1 is bounded. */
  | { readonly type: 'evicted'; readonly count: number; readonly bytes: number }
