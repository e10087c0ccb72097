import type { HistoryEvent } from './history-event.ts'
import { sharedClock } from './shared-clock.ts'

export interface RecorderOptions {
  /** This process, by any name that no other has. A process that was started again is another. */
  readonly process: string
  /** Gets each event: `history.record`, or what sends it to the process that keeps the history. */
  readonly sink: (event: HistoryEvent) => void
  /** Ms, the same in all processes. @default sharedClock, which is right on one machine */
  readonly clock?: () => number
}

/** Runs a process's work and tells the times of it. What the work throws is passed on, and no event is made of it. */
export interface Recorder {
  /** A change at the source; `work` resolves with the version that it made. Resolves with that version. */
  write(key: string, work: () => Promise<number>): Promise<number>
  /** An invalidation, with all keys that it covers. Resolves with what `work` does. */
  invalidate<R extends { readonly acknowledged: boolean }>(
    keys: readonly string[],
    work: () => Promise<R>,
  ): Promise<R>
  /** A read through the cache; `describe` finds the version in its value. Resolves with the value. */
  read<T>(key: string, work: () => Promise<T>, describe: (value: T) => ReadDescription): Promise<T>
  /** The log has all that waited: `status().l2` is `'ready'` again after an invalidation that was not acknowledged. */
  delivered(): void
}

/** What a recorder must know of a value. */
export interface ReadDescription {
  readonly version: number
  /** Where the value came from, in any words. @default not said */
  readonly source?: string
}

/**
 * A recorder for one process.
 *
 * @example
 * const recorder = createRecorder({ process: 'web-1', sink: (event) => process.send?.(event) })
 * await recorder.write('product:42', () => db.raisePrice(42))
 * await recorder.invalidate(['product:42'], () => cache.invalidate({ groups: ['product-42'] }))
 */
export function createRecorder({ process, sink, clock = sharedClock }: RecorderOptions): Recorder {
  const timed = async <T>(work: () => Promise<T>) => {
    const beganAtMs = clock()
    const value = await work()
    return { value, times: { process, beganAtMs, endedAtMs: clock() } }
  }
  return {
    async write(key, work) {
      const { value: version, times } = await timed(work)
      sink({ type: 'write', key, version, ...times })
      return version
    },
    async invalidate(keys, work) {
      const { value, times } = await timed(work)
      sink({ type: 'invalidation', keys, acknowledged: value.acknowledged, ...times })
      return value
    },
    async read(key, work, describe) {
      const { value, times } = await timed(work)
      sink({ type: 'read', key, ...describe(value), ...times })
      return value
    },
    delivered() {
      sink({ type: 'delivery', process, atMs: clock() })
    },
  }
}
