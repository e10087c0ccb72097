import type { FleetAnswer } from './fleet-wait.ts'
import type { CompleteInvalidation } from './invalidation.ts'
import type { LogPage } from './log-page.ts'

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
  /** What this process is called among those that tail the log. */
  readonly member: string
  /** Tells this log's numbers from another one's of the same name; '' where all processes share one. */
  readonly life: string
  /** The highest sequence number known to exist. What is loaded from now on has seen everything up to it. */
  readonly head: number
  /** When the log was last known to hold nothing new, in ms of the cache's clock. */
  readonly heardAtMs: number
  /** For how many ms nothing has been known of the log, `Infinity` before the first word. */
  readonly lagMs: number
  /** Whether this process has read all that the log holds. */
  readonly isCaughtUp: boolean
  /** Starts tailing. Called once. */
  start(listener: LogListener): void
  /**
   * Appends; resolves with the sequence number once the log has it. Rejects when it can't be reached. `isAwaited` says that
   * `passedBy` will be asked about it, and has every process report as soon as it has met it.
   */
  append(invalidation: CompleteInvalidation, isAwaited?: boolean): Promise<number>
  /**
   * Resolves when every living process has come past what was appended here as `seq`, or after `timeoutMs` with those who have
   * not. Never rejects. Who is cut off counts as missing for as long as it may trust what it holds, and is then left out: from there
   * on it answers with nothing that it loaded longer ago than its `maxLagMs`, and drops all it holds when it is back.
   */
  passedBy(seq: number, timeoutMs: number): Promise<FleetAnswer>
  /**
   * What follows a sequence number that this log gave out once; `undefined` where not all of it is there any more. For those
   * who read at a pace of their own. Rejects when the log can't be reached.
   */
  since(seq: number): Promise<LogPage | undefined>
  close(): Promise<void>
}
