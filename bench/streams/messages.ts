/** What the process with the streams is asked. */
export type Question = 'memory' | 'invalidate'

/** What it answers, the first one unasked. */
export type Answer =
  | { readonly type: 'listening'; readonly port: number }
  | {
      readonly type: 'memory'
      readonly connections: number
      readonly heapBytes: number
      readonly rssBytes: number
    }
  /** When the call was made, in ms since the epoch, and what to look for. */
  | { readonly type: 'invalidated'; readonly atMs: number; readonly mark: string }
