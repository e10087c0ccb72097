/** What a source reports. Names of tables and groups, never what stands in a row. */
export type PostgresSourceEvent =
  /** A connection listens; what is in the outbox is read next. */
  | { readonly type: 'listening' }
  /** What the outbox held on a new connection has been passed on, or is another process's to pass on. */
  | { readonly type: 'caught-up' }
  /** The connection is gone or could not be made, and is tried again. Changes wait in the outbox. */
  | { readonly type: 'lost'; readonly reason: string }
  /** Changes have been passed on to the cache's log. */
  | {
      readonly type: 'batch'
      /** How many statements. */
      readonly changes: number
      readonly groups: readonly string[]
      /** Tables of which there was too much to tell, so that everything was invalidated. */
      readonly everythingOf: readonly string[]
    }
  /** The cache's log did not take them, as when Redis is away. They stay in the outbox and are tried again. */
  | { readonly type: 'not-acknowledged'; readonly changes: number; readonly reason: string }
  /** These tables have no triggers, or older ones: run `install()`. Looked for on each new connection. */
  | { readonly type: 'not-installed'; readonly tables: readonly string[] }
  /** The outbox tells of a table that is not among this process's. Everything was invalidated: give all processes the same `tables`. */
  | { readonly type: 'unknown-table'; readonly table: string }
  /** The function that names groups threw, or named one that is not portable. Everything was invalidated. */
  | { readonly type: 'mapping-failed'; readonly table: string; readonly reason: string }
