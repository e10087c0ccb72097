import type { TieredCacheOptions } from '../../server/cache/cache-options.ts'

/** What a process of the fleet is started with. */
export interface FleetOptions {
  readonly redisPort: number
  readonly cache: Pick<TieredCacheOptions, 'leaseMs' | 'l2TimeoutMs' | 'maxLagMs'>
}

/** `callers` ask for a key at once. */
export interface Question {
  readonly key: string
  readonly callers: number
  /** What the loader brings; left out: it fails. */
  readonly value?: string
  /** Whether the loader waits until it is told to go on with that key. */
  readonly isHeld: boolean
}

export type Order = { readonly id: number; readonly question: Question } | { readonly goOn: string } | 'close'

/** What the callers of a question got: each value, and each error's message. */
export interface Told {
  readonly values: readonly string[]
  readonly errors: readonly string[]
}

export type Word =
  | { readonly type: 'ready' }
  /** A loader began. */
  | { readonly type: 'load'; readonly key: string }
  /** What the cache said of the key's lease. */
  | { readonly type: 'lease'; readonly key: string; readonly outcome: string }
  | { readonly type: 'told'; readonly id: number; readonly told: Told }
