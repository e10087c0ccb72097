interface Waiting {
  readonly atMs: number
  /** `undefined` once the call has settled: what it holds on to must not live until the limit. */
  giveUp: (() => void) | undefined
}

/**
 * One time limit for many calls. They end in the order in which they began, so one timer serves them all; a timer for each
 * call costs more than the rest of a Redis read.
 */
export class Deadlines {
  readonly #limitMs: number
  // A queue with a moving start: `shift` would move all that stand behind.
  #waiting: Waiting[] = []
  #first = 0
  #timer: NodeJS.Timeout | undefined

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /** Settles as `work` does, or rejects when the limit has passed. The work itself goes on; its late failure is swallowed. */
  bound<T>(work: Promise<T>, what: string): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const waiting: Waiting = {
        atMs: performance.now() + this.#limitMs,
        giveUp: () => reject(new Error(`${what} took longer than ${this.#limitMs} ms.`)),
      }
      this.#waiting.push(waiting)
      this.#arm()
      work.then(
        (value) => {
          waiting.giveUp = undefined
          resolve(value)
        },
        (error: unknown) => {
          waiting.giveUp = undefined
          reject(error instanceof Error ? error : new Error(String(error)))
        },
      )
    })
  }

  #arm(): void {
    if (this.#timer !== undefined) return
    // Not unref'd: a caller is waiting for as long as it runs.
    this.#timer = setTimeout(() => {
      // Timers come before sockets in Node's loop: after a pause of this process the answer may be there, unread.
      setImmediate(() => this.#sweep())
    }, this.#limitMs)
  }

  #sweep(): void {
    this.#timer = undefined
    const nowMs = performance.now()
    while (this.#first < this.#waiting.length) {
      const next = this.#waiting[this.#first] as Waiting
      if (next.giveUp !== undefined && next.atMs > nowMs) break
      this.#first += 1
      next.giveUp?.()
    }
    this.#waiting.splice(0, this.#first)
    this.#first = 0
    const next = this.#waiting[0]
    if (next !== undefined) {
      this.#timer = setTimeout(() => setImmediate(() => this.#sweep()), Math.max(1, next.atMs - nowMs))
    }
  }
}
