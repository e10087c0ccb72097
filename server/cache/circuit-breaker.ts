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
  readonly #onChange: (state: BreakerState) => void

  constructor(
    threshold: number,
    openMs: number,
    now: () => number,
    onChange: (state: BreakerState) => void = () => {},
  ) {
    this.#threshold = threshold
    this.#openMs = openMs
    this.#now = now
    this.#onChange = onChange
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
    this.#onChange('half-open')
    return true
  }

  succeeded(): void {
    const wasOpen = this.#failures >= this.#threshold
    this.#failures = 0
    this.#isProbing = false
    if (wasOpen) this.#onChange('closed')
  }

  failed(): void {
    // What was sent before it opened fails as well, and is no news.
    const isNews = this.#failures + 1 === this.#threshold || this.#isProbing
    this.#failures += 1
    this.#isProbing = false
    if (this.#failures < this.#threshold) return
    this.#openUntilMs = this.#now() + this.#openMs
    if (isNews) this.#onChange('open')
  }
}
