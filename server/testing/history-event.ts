/** What all events of a history say. Times are ms of one clock that all processes share: `sharedClock`, on one machine. */
interface Interval {
  /** The process that it happened in; any name, the same for all of its events. */
  readonly process: string
  /** Read before the work was begun. */
  readonly beganAtMs: number
  /** Read after the work's answer had come. */
  readonly endedAtMs: number
}

/** A change of what is cached, at its source: it had this version once it ended. Versions of a key grow with each write. */
export interface WriteEvent extends Interval {
  readonly type: 'write'
  readonly key: string
  readonly version: number
}

/** An invalidation, and the keys that it covers: those it names, and those whose group or prefix it names. */
export interface InvalidationEvent extends Interval {
  readonly type: 'invalidation'
  readonly keys: readonly string[]
  /** As `invalidate` resolved: whether the log had it, or whether it waits for the log. */
  readonly acknowledged: boolean
}

/** The log has all that this process had waiting: from here on its queued invalidations count as acknowledged. */
export interface DeliveryEvent {
  readonly type: 'delivery'
  readonly process: string
  readonly atMs: number
}

/** An answer of the cache, and the version that it carried. */
export interface ReadEvent extends Interval {
  readonly type: 'read'
  readonly key: string
  readonly version: number
  /** Where the answer came from, in any words; shown with a read that was wrong. */
  readonly source?: string
}

/** What a process did, or what its cache answered. Plain JSON, so that it can be sent or written to a file. */
export type HistoryEvent = WriteEvent | InvalidationEvent | DeliveryEvent | ReadEvent
