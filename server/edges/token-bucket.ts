import type { EdgeRate } from './edge-purger.ts'

/** Tells how long to wait before the next request, so that an edge is asked no faster than it allows. */
export class TokenBucket {
  readonly #rate: EdgeRate | undefined
  readonly #now: () => number
  #tokens: number
  #atMs: number

  /** @param now - milliseconds that never run back. */
  constructor(rate: EdgeRate | undefined, now: () => number) {
    this.#rate = rate
    this.#now = now
    this.#tokens = rate?.burst ?? 0
    this.#atMs = now()
  }

  /** The ms until there is one to take. */
  get waitMs(): number {
    if (this.#rate === undefined) return 0
    this.#refill(this.#rate)
    return this.#msUntil(1, this.#rate)
  }

  /** Takes one token, which may be one of those to come; answers with the ms until it is there. */
  take(): number {
    if (this.#rate === undefined) return 0
    this.#refill(this.#rate)
    this.#tokens -= 1
    return this.#msUntil(0, this.#rate)
  }

  #refill({ perSecond, burst }: EdgeRate): void {
    const nowMs = this.#now()
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#atMs) * perSecond) / 1_000)
    this.#atMs = nowMs
  }

  #msUntil(tokens: number, { perSecond }: EdgeRate): number {
    return this.#tokens >= tokens ? 0 : Math.ceil(((tokens - this.#tokens) * 1_000) / perSecond)
  }
}
