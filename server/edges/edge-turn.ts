import type { DeadLetter } from './edge-event.ts'

/** What is kept of an edge, and by whom it is served: by one process at a time. */
export interface EdgeTurn {
  /** Whether this process is the one. */
  readonly isMine: boolean
  /** Resolves when it is, with the cursor that was stored last; `undefined` where there is none. Rejects when the signal is aborted. */
  untilMine(signal: AbortSignal): Promise<string | undefined>
  /** Keeps a cursor, and what went wrong on the way there; `false` where another process has taken over. */
  store(cursor: string, letters: readonly DeadLetter[]): Promise<boolean>
  /** The cursor that the process which does the work has stored. */
  look(): Promise<string | undefined>
  /** The newest come last. */
  letters(): Promise<DeadLetter[]>
  close(): Promise<void>
}

/** How many dead letters are kept for each edge. */
export const MOST_LETTERS = 100

/** The turn of a process that shares its log with nobody. */
export class SoleTurn implements EdgeTurn {
  readonly isMine = true
  #cursor: string | undefined
  #letters: DeadLetter[] = []

  untilMine(): Promise<string | undefined> {
    return Promise.resolve(this.#cursor)
  }

  store(cursor: string, letters: readonly DeadLetter[]): Promise<boolean> {
    this.#cursor = cursor
    this.#letters = [...this.#letters, ...letters].slice(-MOST_LETTERS)
    return Promise.resolve(true)
  }

  look(): Promise<string | undefined> {
    return Promise.resolve(this.#cursor)
  }

  letters(): Promise<DeadLetter[]> {
    return Promise.resolve([...this.#letters])
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
