import type { CompleteInvalidation } from './invalidation.ts'

/** One invalidation and its place in the log. */
export interface NumberedInvalidation {
  readonly seq: number
  readonly invalidation: CompleteInvalidation
}

/** A piece of the log, read from somewhere on. */
export interface LogPage {
  /** In the log's order; entries that name nothing are left out. */
  readonly entries: readonly NumberedInvalidation[]
  /** Where to read on. */
  readonly cursor: number
  /** Whether this is all there is. */
  readonly isEnd: boolean
}
