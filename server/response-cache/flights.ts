import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'

/** How long a key whose response could not be kept is not waited for again. */
const UNSHARED_MS = 120_000

/** What became of a request that others waited for. */
export type Landing =
  /** Its answer is in the store. */
  | 'stored'
  /** Its answer is not for others. */
  | 'unshared'
  /** The application failed. */
  | 'failed'
  /** Its client went away, or it takes too long, or its answer is for its client alone: the next one may try. */
  | 'abandoned'

/** Requests that are on their way, so that those who want the same can wait for one answer. */
export class Flights {
  readonly #running = new Map<string, Promise<Landing>>()
  readonly #unshared: LRUCache<string, true>

  readonly #waitMs: number

  /** @param waitMs - how long a request is waited for. */
  constructor(waitMs: number) {
    this.#waitMs = waitMs
    this.#unshared = new LRUCache({ max: 10_000, ttl: UNSHARED_MS })
  }

  /** Resolves when the running request for that key has an answer in the store, or will not have one. */
  join(key: string): Promise<Landing> | undefined {
    return this.#running.get(key)
  }

  /** Whether the last response for that key could not be kept: nobody need wait, nothing need be changed for the sake of keeping it. */
  isUnshared(key: string): boolean {
    return this.#unshared.has(digest(key))
  }

  /** Begins one; the function that is returned ends it, and may be called more than once. */
  begin(key: string): (landing: Landing) => void {
    let settle: (landing: Landing) => void = () => {}
    const flight = new Promise<Landing>((resolve) => {
      settle = resolve
    })
    if (this.#running.has(key) || this.#waitMs === 0) return () => {}
    this.#running.set(key, flight)
    const end = (landing: Landing): void => {
      clearTimeout(overdue)
      if (this.#running.get(key) === flight) this.#running.delete(key)
      settle(landing)
    }
    // A handler that never answers holds its own client, not all who come after it.
    const overdue = setTimeout(end, this.#waitMs, 'abandoned').unref()
    return end
  }

  /** Remembers whether what came for that key is for others too. */
  remember(key: string, landing: Landing): void {
    if (landing === 'stored') this.#unshared.delete(digest(key))
    else if (landing === 'unshared') this.#unshared.set(digest(key), true)
  }
}

/** Keys hold what clients sent, and thousands are remembered. */
function digest(key: string): string {
  return createHash('sha256').update(key).digest('base64url')
}
