import type { CompleteInvalidation } from './invalidation.ts'

/** What a log tells the cache that tails it. */
export interface LogListener {
  /** An invalidation, in the log's order. Also called for those that this process appended. */
  invalidated(invalidation: CompleteInvalidation, seq: number): void
  /** Some invalidations may have been missed: drop what is held and trust nothing written before `floor`. */
  reset(floor: number): void
  /** The end of the log has been reached; what it says is now complete. */
  caughtUp(): void
  /** The log can't be reached. */
  lost(error: unknown): void
}

/**
 * The one ordered log of invalidations. Sequence numbers only grow; entry n was appended before entry n + 1, in every
 * process that shares the log.
 */
export interface InvalidationLog {
  /** The highest sequence number known to exist. What is loaded from now on has seen everything up to it. */
  readonly head: number
  /** When the log was last known to hold nothing new, in ms of the cache's clock. */
  readonly heardAtMs: number
  /** Whether this process has read all that the log holds. */
  readonly isCaughtUp: boolean
  /** Starts tailing. Called once. */
  start(listener: LogListener): void
  /** Appends; resolves with the sequence number once the log has it. Rejects when it can't be reached. */
  append(invalidation: CompleteInvalidation): Promise<number>
  close(): Promise<void>
}
