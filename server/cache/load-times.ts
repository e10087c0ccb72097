/** Upper bounds of the buckets of load times, in ms; what took longer is counted in one more. */
export const LOAD_TIME_BOUNDS_MS: readonly number[] = Object.freeze([
  1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000,
])

/** How long loads took. */
export interface LoadTimesSnapshot {
  readonly count: number
  readonly sumMs: number
  /** How many fell into each bucket of `LOAD_TIME_BOUNDS_MS`, and last, how many took longer than any. Not cumulative. */
  readonly buckets: readonly number[]
}

/** A histogram of load times in buckets that are fixed, so that it stays as small as it began. */
export class LoadTimes {
  #count = 0
  #sumMs = 0
  readonly #buckets: number[] = [...LOAD_TIME_BOUNDS_MS, Infinity].map(() => 0)

  record(durationMs: number): void {
    // A clock that is set back, or is no number, must not spoil a sum for good.
    const ms = durationMs > 0 && Number.isFinite(durationMs) ? durationMs : 0
    const found = LOAD_TIME_BOUNDS_MS.findIndex((bound) => ms <= bound)
    const index = found === -1 ? LOAD_TIME_BOUNDS_MS.length : found
    this.#buckets[index] = (this.#buckets[index] ?? 0) + 1
    this.#count += 1
    this.#sumMs += ms
  }

  snapshot(): LoadTimesSnapshot {
    return Object.freeze({
      count: this.#count,
      sumMs: this.#sumMs,
      buckets: Object.freeze([...this.#buckets]),
    })
  }
}

/** Several histograms as one. */
export function addLoadTimes(parts: readonly LoadTimesSnapshot[]): LoadTimesSnapshot {
  const buckets = [...LOAD_TIME_BOUNDS_MS, Infinity].map((_, index) =>
    sum(parts, (part) => part.buckets[index] ?? 0),
  )
  return Object.freeze({
    count: sum(parts, (part) => part.count),
    sumMs: sum(parts, (part) => part.sumMs),
    buckets: Object.freeze(buckets),
  })
}

function sum(parts: readonly LoadTimesSnapshot[], of: (part: LoadTimesSnapshot) => number): number {
  return parts.reduce((total, part) => total + of(part), 0)
}
