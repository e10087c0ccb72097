type Waiter = (outcome: string | undefined) => void

/** A place to wait for a key. */
export interface Waiting {
  /** What was called out since this place was taken, or `undefined` after `limitMs`. */
  until(limitMs: number): Promise<string | undefined>
  leave(): void
}

/** Those who wait for what somebody else does for a key. As many as there are loads in this process, since callers share a load. */
export class WaitingRoom {
  readonly #places = new Map<string, Set<Waiter>>()

  enter(key: string): Waiting {
    let heard: string | undefined
    let resolve: Waiter | undefined
    const waiter: Waiter = (outcome) => {
      heard = outcome
      resolve?.(outcome)
    }
    const places = this.#places.get(key) ?? new Set()
    this.#places.set(key, places)
    places.add(waiter)
    return {
      until: (limitMs) =>
        new Promise((settle) => {
          if (heard !== undefined) return settle(heard)
          const timer = setTimeout(() => settle(undefined), limitMs)
          resolve = (outcome) => {
            clearTimeout(timer)
            settle(outcome)
          }
        }),
      leave: () => {
        places.delete(waiter)
        if (places.size === 0 && this.#places.get(key) === places) this.#places.delete(key)
      },
    }
  }

  wake(key: string, outcome: string): void {
    for (const waiter of this.#places.get(key) ?? []) waiter(outcome)
  }
}
