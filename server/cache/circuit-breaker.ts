/** How a circuit stands: calls go through, are refused, or one is let through to see. */
export type BreakerState = 'closed' | 'open' | 'half-open'

/**
 * Stops calling what keeps failing. After `threshold` failures in a row it opens for `openMs`; then one call is let
 * through, and its outcome closes or reopens it.
 */
export class CircuitBreaker {
  #failures = 0
  #openUntilMs = 0
  #isProbing = false
  readonly #threshold: number
  readonly #openMs: number
  readonly #now: () => number

  constructor(threshold: number, openMs: number, now: () => number) {
    this.#threshold = threshold
    this.#openMs = openMs
    this.#now = now
  }

  get state(): BreakerState {
    if (this.#failures < this.#threshold) return 'closed'
    return this.#now() < this.#openUntilMs ? 'open' : 'half-open'
  }

  /** Whether a call may be made now. Each `true` must be followed by `succeeded()` or `failed()`. */
  allows(): boolean {
    if (this.state === 'closed') return true
    if (this.state === 'open' || this.#isProbing) return false
    this.#isProbing = true
    return true
  }

  succeeded(): void {
    this.#failures = 0
    this.#isProbing = false
  }

  failed(): void {
    this.#failures += 1
    this.#isProbing = false
    if (this.#failures >= this.#threshold) this.#openUntilMs = this.#now() + this.#openMs
  }
}
