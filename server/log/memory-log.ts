import type { FleetAnswer } from './fleet-wait.ts'
import type { CompleteInvalidation } from './invalidation.ts'
import type { InvalidationLog, LogListener } from './invalidation-log.ts'
import { memberName } from './member-name.ts'

/** The log of a site that runs as one process: nothing to lose, nothing to wait for. */
export class MemoryLog implements InvalidationLog {
  readonly member = memberName()
  readonly heardAtMs = Number.POSITIVE_INFINITY
  readonly lagMs = 0
  readonly isCaughtUp = true
  head = 0
  readonly #listeners = new Set<LogListener>()

  start(listener: LogListener): void {
    this.#listeners.add(listener)
    listener.caughtUp()
  }

  append(invalidation: CompleteInvalidation): Promise<number> {
    this.head += 1
    const dated = { mode: 'delete', at: Date.now(), ...invalidation } as const
    for (const listener of this.#listeners) listener.invalidated(dated, this.head)
    return Promise.resolve(this.head)
  }

  passedBy(): Promise<FleetAnswer> {
    return Promise.resolve({ passed: [this.member], missing: [] })
  }

  close(): Promise<void> {
    this.#listeners.clear()
    return Promise.resolve()
  }
}
