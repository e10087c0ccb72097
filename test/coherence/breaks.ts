import { Coherence } from '../../server/cache/coherence.ts'
import type { LoadStart } from '../../server/cache/cache-parts.ts'
import { KeyLoad } from '../../server/cache/key-load.ts'
import { LoadWatch } from '../../server/cache/load-watch.ts'
import { PendingInvalidations } from '../../server/cache/pending-invalidations.ts'
import { RedisLog } from '../../server/log/redis-log.ts'

/**
 * Parts of the cache that can be taken out, here and not in what is shipped: each must be missed. A break changes classes,
 * so it holds for the whole process and is never undone: a worker takes it before it makes its cache.
 */
export const BREAKS = {
  /** L1 keeps whatever is invalidated. */
  'fence-local': () => {
    replace(
      Coherence.prototype,
      'start',
      (start) =>
        function (this: Coherence) {
          this.local.covers = () => false
          start.call(this)
        },
    )
  },
  /** What other processes wrote to L2 is believed, however old it is. */
  'fence-shared': () => {
    replace(
      Coherence.prototype,
      'start',
      (start) =>
        function (this: Coherence) {
          this.shared.covers = () => false
          start.call(this)
        },
    )
  },
  /** A value is stamped when its load ends, so that what was invalidated meanwhile is kept: what most caches do. */
  'fence-fill': () => {
    let now = (): Pick<LoadStart, 'since' | 'tick'> => ({ since: 0, tick: 0 })
    replace(
      Coherence.prototype,
      'start',
      (start) =>
        function (this: Coherence) {
          now = () => ({ since: this.head, tick: this.tick })
          start.call(this)
        },
    )
    replace(
      KeyLoad.prototype,
      'load',
      (load) =>
        function (this: KeyLoad<unknown>, due) {
          const begin = () => ({
            ...due.begin(),
            get since() {
              return now().since
            },
            get tick() {
              return now().tick
            },
          })
          return load.call(this, { ...due, begin })
        },
    )
  },
  /** A caller joins a load that began before its own invalidation. */
  'fence-join': () => {
    replace(LoadWatch.prototype, 'mayBeJoined', () => () => true)
    replace(LoadWatch.prototype, 'serves', () => () => true)
  },
  /** What could not be told to the log is forgotten. */
  'log-replay': () => {
    replace(PendingInvalidations.prototype, 'add', () => () => {})
  },
  /** A gap in the log is overlooked. */
  'log-gap': () => {
    replace(Coherence.prototype, 'reset', () => () => {})
  },
  /** After an interruption the log is read from its end, as with a plain subscription. */
  'log-cursor': () => {
    replace(
      RedisLog.prototype,
      'start',
      (start) =>
        function (this: RedisLog, listener) {
          let isLost = false
          start.call(this, {
            invalidated: (invalidation, seq) => {
              if (!isLost) listener.invalidated(invalidation, seq)
            },
            reset: (floor) => listener.reset(floor),
            caughtUp: () => {
              isLost = false
              listener.caughtUp()
            },
            lost: (error) => {
              isLost = true
              listener.lost(error)
            },
          })
        },
    )
  },
  /** L1 is trusted however long the log has been silent. */
  'trust-window': () => {
    replace(Coherence.prototype, 'trustsL1', () => () => true)
  },
} satisfies Readonly<Record<string, () => void>>

export type Break = keyof typeof BREAKS

type Method<T, K extends keyof T> = T[K] extends (...args: never[]) => unknown
  ? (this: T, ...args: Parameters<T[K]>) => ReturnType<T[K]>
  : never

function replace<T extends object, K extends keyof T>(
  prototype: T,
  name: K,
  make: (original: Method<T, K>) => Method<T, K>,
): void {
  Object.defineProperty(prototype, name, {
    value: make(prototype[name] as Method<T, K>),
    configurable: true,
    writable: true,
  })
}
