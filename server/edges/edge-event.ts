/** What an edge would not do, now or later, and what therefore may still be held there. */
export interface DeadLetter {
  readonly edge: string
  readonly kind: 'groups' | 'urls' | 'everything'
  readonly mode: 'delete' | 'expire'
  /** Groups under their own names, or URLs; empty for everything. */
  readonly names: readonly string[]
  /** The part of the log that it comes from: sequence numbers, both included. */
  readonly from: number
  readonly to: number
  /** In ms since the epoch, by the clock of the process that was refused. */
  readonly at: number
  readonly reason: string
  /** What the edge answered with, where it did. */
  readonly status?: number
}

/** What `createEdges` reports. Names of groups and URLs, reasons and statuses; never a token or a key of an edge. */
export type EdgeEvent =
  /** An edge has taken a request. `names` counts them. */
  | {
      readonly type: 'purged'
      readonly edge: string
      readonly kind: 'groups' | 'urls' | 'everything'
      readonly names: number
      readonly durationMs: number
      /** Where it was asked for nothing but what it had let go of before (the option `again`). */
      readonly again?: true
    }
  /** It has not, and is asked again in `retryMs`, where that helps in halves. */
  | {
      readonly type: 'purge-failed'
      readonly edge: string
      readonly reason: string
      readonly status?: number
      readonly attempt: number
      readonly retryMs: number
    }
  /** It never will. */
  | { readonly type: 'dead-letter'; readonly edge: string; readonly letter: DeadLetter }
  /**
   * All that the edge holds is to go: because it is not known what it was told before (`first`), because the log said so or was cut off
   * (`reset`), or because too many names wait (`too-many`).
   */
  | { readonly type: 'everything'; readonly edge: string; readonly reason: 'first' | 'reset' | 'too-many' }
  /** This process now does the work for an edge (`taken`), or does it no more (`lost`). */
  | { readonly type: 'turn'; readonly edge: string; readonly outcome: 'taken' | 'lost' }
  /** The log or what Redis keeps of the edge can't be reached; it is tried again. */
  | { readonly type: 'edge-store-failed'; readonly edge: string; readonly error: unknown }
  /** The fields for an edge could not be made, and a response left without them. */
  | { readonly type: 'fields-failed'; readonly edge: string; readonly error: unknown }
