/** One value on its way to L2. */
export interface L2Write {
  readonly key: string
  readonly bytes: string | Buffer
  /** Milliseconds until the store may forget it, above 0. */
  readonly ttlMs: number
}

/** What came of asking for a value or else for the right to load it. */
export type LeaseReply =
  /** It is there after all. */
  | { readonly kind: 'value'; readonly bytes: Buffer }
  /** It is yours to load, until `ttlMs` after the question. */
  | { readonly kind: 'leased' }
  /** Somebody else loads it. `token` is theirs; `leftMs` is what their lease has left. */
  | { readonly kind: 'held'; readonly token: string; readonly leftMs: number }

/** What makes a lease differ from the ordinary. */
export interface LeaseTerms {
  /** The token of a holder who is known to load what has been invalidated since: its lease is taken over. */
  readonly stealFrom?: string | undefined
  /**
   * The first `SEEN_BYTES` of what is there and of no use (expired, or invalidated since): a value that begins otherwise is
   * given back instead of the lease. @default nothing was there
   */
  readonly seen?: Buffer | undefined
}

/** How much of a value tells it from the one before: its times stand at its beginning. */
export const SEEN_BYTES = 64

/** What a holder says when it gives its lease back: any short text. */
export type WakeListener = (key: string, outcome: string) => void

/**
 * The right to load a key, one holder at a time in the whole fleet (Nishtala et al., "Scaling Memcache at Facebook",
 * NSDI 2013, section 3.2.1). A token names the holder: who lost the lease can neither renew it nor write under it.
 */
export interface L2Leases {
  /** In one step: a value that is not the one that was seen, else the lease (again, if `token` holds it), else who has it. */
  getOrLease(key: string, token: string, ttlMs: number, terms?: LeaseTerms): Promise<LeaseReply>
  /** Resolves with whether the lease is still ours, and then lasts `ttlMs` from now. */
  renew(key: string, token: string, ttlMs: number): Promise<boolean>
  /** In one step, if the lease is still ours: writes `write` if given, gives the lease back and tells all who wait. */
  release(key: string, token: string, outcome: string, write?: L2Write): Promise<boolean>
  /** Whether `listen` hears now. While it does not, who waits must ask again by itself. */
  readonly isListening: boolean
  /** Hears of each lease that is given back, in any process; late or not at all while the connection is away. */
  listen(listener: WakeListener): void
}

/**
 * What a store must be able to do to serve as L2: bytes under text keys that expire. Calls may reject and take as long as they
 * like; the cache bounds them, counts failures and stops asking. A store for a new database passes `describeL2Driver` of
 * `thermocline/server/testing`.
 */
export interface L2Driver {
  /** For messages and metrics: 'redis', 'memcached'. */
  readonly name: string
  /** Whether a command would leave now, and not wait for a connection. */
  readonly isReady: boolean
  /** Keys longer than this in UTF-8 are given as digests. */
  readonly maxKeyBytes: number
  /** Larger values are not written. */
  readonly maxValueBytes: number
  get(key: string): Promise<Buffer | undefined>
  /** In the order of the keys; in one round trip where the protocol can do that. */
  getMany(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]>
  set(write: L2Write): Promise<void>
  setMany(writes: readonly L2Write[]): Promise<void>
  /** Lets a value live `ttlMs` from now. Absent where the store can't: values that slide then end with their first lifetime. */
  touch?(key: string, ttlMs: number): Promise<void>
  /** Absent keys are no error. */
  delete(keys: readonly string[]): Promise<void>
  /** Removes every key that begins so, on every node. Absent where the store can't list its keys. */
  deletePrefix?(prefix: string): Promise<void>
  /** Absent where the store can't compare and set; each process then loads for itself. */
  readonly leases?: L2Leases
  /** Ends what the driver opened itself; the client that was given stays its owner's. */
  close(): Promise<void>
}
