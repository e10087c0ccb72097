import type { ErrorCode } from '../../policy/index.ts'

/** What a cache reports. Keys and reasons, never values. */
export type CacheEvent =
  /** A Redis command failed or took too long; the request went on without it. */
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
    }
  /** A value was not kept in L2. */
  | { readonly type: 'not-stored'; readonly key: string; readonly code: ErrorCode; readonly reason: string }
