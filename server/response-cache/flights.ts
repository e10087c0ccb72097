import { LRUCache } from 'lru-cache'

/** How long a key whose response could not be kept is not waited for again. */
const UNSHARED_MS = 10_000

/** Requests that are on their way, so that those who want the same can wait for one answer. */
export class Flights {
  readonly #running = new Map<string, Promise<boolean>>()
  readonly #unshared: LRUCache<string, true>

  constructor() {
    this.#unshared = new LRUCache({ max: 10_000, ttl: UNSHARED_MS })
  }

  /** Resolves when the running request for that key has an answer in the store, or will not have one. */
  join(key: string): Promise<boolean> | undefined {
    return this.#running.get(key)
  }

  /** Whether the last response for that key could not be kept: nobody need wait, nothing need be changed for the sake of keeping it. */
  isUnshared(key: string): boolean {
    return this.#unshared.has(key)
  }

  /** Begins one; the function that is returned ends it, and may be called more than once. */
  begin(key: string): (isStored: boolean) => void {
    let settle: (isStored: boolean) => void = () => {}
    const flight = new Promise<boolean>((resolve) => {
      settle = resolve
    })
    if (!this.#running.has(key)) this.#running.set(key, flight)
    return (isStored) => {
      if (this.#running.get(key) === flight) this.#running.delete(key)
      settle(isStored)
    }
  }

  /** Remembers whether what came for that key could be kept. */
  remember(key: string, isShared: boolean): void {
    if (isShared) this.#unshared.delete(key)
    else this.#unshared.set(key, true)
  }
}
