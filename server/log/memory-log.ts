import type { CompleteInvalidation } from './invalidation.ts'
import type { InvalidationLog, LogListener } from './invalidation-log.ts'

/** The log of a site that runs as one process: nothing to lose, nothing to wait for. */
export class MemoryLog implements InvalidationLog {
  readonly heardAtMs = Number.POSITIVE_INFINITY
  readonly isCaughtUp = true
  head = 0
  readonly #listeners = new Set<LogListener>()

  start(listener: LogListener): void {
    this.#listeners.add(listener)
    listener.caughtUp()
  }

  append(invalidation: CompleteInvalidation): Promise<number> {
    this.head += 1
    for (const listener of this.#listeners) listener.invalidated(invalidation, this.head)
    return Promise.resolve(this.head)
  }

  close(): Promise<void> {
    this.#listeners.clear()
    return Promise.resolve()
  }
}
