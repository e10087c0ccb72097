import type { LoadOutcome } from '../cache/cache-event.ts'

/** One call of a loader. */
export interface LoadOperation {
  readonly kind: 'load'
  readonly namespace: string
  /** One, or those that one call of a batch loader is to bring. */
  readonly keys: readonly string[]
  /** '' where the call names none. */
  readonly policy: string
  /** Whether no caller waits for it: a revalidation, or an early refresh. */
  readonly isBackground: boolean
  /** Set before it settles, where it says more than whether the loader threw. */
  outcome?: LoadOutcome
}

/** One question to L2. */
export interface L2Operation {
  readonly kind: 'l2'
  readonly namespace: string
  /** The driver's name: 'redis', 'memcached'. */
  readonly driver: string
  /** The driver's method: 'get', 'getMany'. */
  readonly operation: string
  readonly keys: readonly string[]
}

/** What takes time in a cache. Told of to tracers; keys and names, never values. */
export type CacheOperation = LoadOperation | L2Operation

/**
 * Does `run` as part of something else, such as a span: calls it once, returns what it returns, and throws nothing of its
 * own.
 */
export type CacheTracer = <T>(operation: CacheOperation, run: () => Promise<T>) => Promise<T>
