/** What a materialised view reports. */
export type MaterializedViewEvent =
  /** It shows what its tables held when the refresh began, and queries on it are let go of. */
  | {
      readonly type: 'refreshed'
      readonly view: string
      /** The tables that were heard to change, as `from` names them; none where all that is known is that it may be old, as at the start. */
      readonly because: readonly string[]
      readonly tookMs: number
      /** Whether the cache's log has the invalidation. If not, it has been queued. */
      readonly acknowledged: boolean
    }
  /** Another process has done so already. */
  | { readonly type: 'refreshed-elsewhere'; readonly view: string }
  /** It stays as it is, and is tried again. */
  | {
      readonly type: 'refresh-failed'
      readonly view: string
      readonly reason: string
      readonly retryMs: number
    }
