/** A clock that stands still until it is moved. */
export class ManualClock {
  #nowMs: number

  constructor(nowMs = 1_700_000_000_000) {
    this.#nowMs = nowMs
  }

  readonly now = (): number => this.#nowMs

  advance(ms: number): void {
    this.#nowMs += ms
  }
}

/** A promise that is settled from outside. */
export function deferred<T>(): {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (error: unknown) => void
} {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((settle, fail) => {
    resolve = settle
    reject = fail
  })
  return { promise, resolve, reject }
}
