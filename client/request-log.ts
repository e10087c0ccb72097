import { type RequestRow, type TimingEntry, toRow } from './panel-row.ts'

/** The last `limit` requests of this page. */
export class RequestLog {
  readonly #origin: string
  readonly #limit: number
  #rows: readonly RequestRow[] = []
  #nextId = 1
  #hasDocument = false

  constructor(origin: string, limit: number) {
    this.#origin = origin
    this.#limit = limit
  }

  /** Oldest first; a new array after every change. */
  get rows(): readonly RequestRow[] {
    return this.#rows
  }

  add(entries: readonly TimingEntry[]): void {
    const added = entries
      .filter((entry) => entry.entryType !== 'navigation' || this.#isNew(entry))
      .flatMap((entry) => toRow(entry, this.#origin, this.#nextId++) ?? [])
    this.#rows = [...this.#rows, ...added].slice(-this.#limit)
  }

  clear(): void {
    this.#rows = []
  }

  /** Browsers report the document early, then again once it has loaded, with a `duration`, and sometimes that twice. */
  #isNew({ duration }: TimingEntry): boolean {
    if (duration === 0 || this.#hasDocument) return false
    this.#hasDocument = true
    return true
  }
}
