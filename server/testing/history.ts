import { checkEvent } from './check-event.ts'
import type { HistoryEvent, ReadEvent } from './history-event.ts'
import { Rows } from './rows.ts'

/** Collects what all processes did, in whatever order the news of it comes. */
export interface History extends Iterable<HistoryEvent> {
  /** How many events there are. */
  readonly size: number
  /** Takes one event, or a batch as another process sent it. Throws `option-invalid` for what is no event. */
  record(events: HistoryEvent | readonly HistoryEvent[]): void
}

/** There are a thousand reads for each write, so they are kept as numbers: 48 bytes a read, where an object takes 150. */
class EventHistory implements History {
  readonly #others: Exclude<HistoryEvent, ReadEvent>[] = []
  /** Process, key, source, version, began, ended. */
  readonly #reads = new Rows(6)
  readonly #names: string[] = []
  readonly #numbers = new Map<string, number>()

  get size(): number {
    return this.#others.length + this.#reads.length
  }

  record(events: HistoryEvent | readonly HistoryEvent[]): void {
    for (const event of isBatch(events) ? events : [events]) {
      checkEvent(event)
      if (event.type === 'read') this.#keepRead(event)
      else this.#others.push(event)
    }
  }

  *[Symbol.iterator](): Generator<HistoryEvent> {
    yield* this.#others
    for (let row = 0; row < this.#reads.length; row += 1) {
      const source = this.#name(row, 2)
      yield {
        type: 'read',
        process: this.#name(row, 0),
        key: this.#name(row, 1),
        version: this.#reads.at(row, 3),
        beganAtMs: this.#reads.at(row, 4),
        endedAtMs: this.#reads.at(row, 5),
        ...(source === '' ? {} : { source }),
      }
    }
  }

  #keepRead({ process, key, source = '', version, beganAtMs, endedAtMs }: ReadEvent): void {
    const [processAt, keyAt, sourceAt] = [process, key, source].map((name) => this.#numberOf(name))
    this.#reads.push(processAt ?? 0, keyAt ?? 0, sourceAt ?? 0, version, beganAtMs, endedAtMs)
  }

  #numberOf(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    this.#numbers.set(name, this.#names.length)
    return this.#names.push(name) - 1
  }

  #name(row: number, column: number): string {
    return this.#names[this.#reads.at(row, column)] ?? ''
  }
}

function isBatch(events: HistoryEvent | readonly HistoryEvent[]): events is readonly HistoryEvent[] {
  return Array.isArray(events)
}

/**
 * An empty history. One process keeps it; the others send it what their recorders tell.
 *
 * @example
 * const history = createHistory()
 * worker.on('message', (events: HistoryEvent[]) => history.record(events))
 * console.log(formatReport(checkHistory(history, { maxLagMs: 2_000 })))
 */
export function createHistory(): History {
  return new EventHistory()
}
