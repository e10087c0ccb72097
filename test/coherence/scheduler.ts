import type { Random } from '../fuzz/random.ts'

/** Decides, by a seed, in which order things that are under way arrive. Nothing in it takes time. */
export class Scheduler {
  readonly #random: Random
  readonly #waiting: (() => void)[] = []

  constructor(random: Random) {
    this.#random = random
  }

  /** Resolves at some point of the order. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  /** Lets one after the other arrive until nothing is under way. */
  async run(): Promise<void> {
    await settle()
    while (this.#waiting.length > 0) {
      const chosen = this.#random.below(this.#waiting.length)
      const last = this.#waiting.pop()
      const resolve =
        chosen === this.#waiting.length ? last : this.#waiting.splice(chosen, 1, last ?? (() => {}))[0]
      resolve?.()
      await settle()
    }
  }
}

/** Until all promises that can go on have done so. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
