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
