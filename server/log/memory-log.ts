import { randomBytes } from 'node:crypto'
import type { FleetAnswer } from './fleet-wait.ts'
import type { CompleteInvalidation } from './invalidation.ts'
import type { InvalidationLog, LogListener } from './invalidation-log.ts'
import type { LogPage, NumberedInvalidation } from './log-page.ts'
import { memberName } from './member-name.ts'

/** The log of a site that runs as one process: nothing to lose, nothing to wait for. */
export class MemoryLog implements InvalidationLog {
  readonly member = memberName()
  /** The next process counts from 1 again. */
  readonly life = randomBytes(6).toString('hex')
  readonly heardAtMs = Number.POSITIVE_INFINITY
  readonly lagMs = 0
  readonly isCaughtUp = true
  head = 0
  readonly #listeners = new Set<LogListener>()
  readonly #maxLength: number
  readonly #kept: NumberedInvalidation[] = []

  /** @param maxLength - how many entries are kept, at least. */
  constructor(maxLength = 10_000) {
    this.#maxLength = maxLength
  }

  start(listener: LogListener): void {
    this.#listeners.add(listener)
    listener.caughtUp()
  }

  append(invalidation: CompleteInvalidation): Promise<number> {
    this.head += 1
    const dated = { mode: 'delete', at: Date.now(), ...invalidation } as const
    this.#kept.push({ seq: this.head, invalidation: dated })
    // Half at a time, since each cut moves all that stays.
    if (this.#kept.length > this.#maxLength * 1.5) this.#kept.splice(0, this.#kept.length - this.#maxLength)
    for (const listener of this.#listeners) listener.invalidated(dated, this.head)
    return Promise.resolve(this.head)
  }

  passedBy(): Promise<FleetAnswer> {
    return Promise.resolve({ passed: [this.member], missing: [] })
  }

  since(seq: number): Promise<LogPage | undefined> {
    const oldest = this.#kept[0]?.seq ?? this.head + 1
    if (seq < oldest - 1 || seq > this.head) return Promise.resolve(undefined)
    const entries = this.#kept.slice(seq + 1 - oldest)
    return Promise.resolve({ entries, cursor: this.head, isEnd: true })
  }

  close(): Promise<void> {
    this.#listeners.clear()
    return Promise.resolve()
  }
}
