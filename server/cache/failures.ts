const MOST_KEYS = 10_000
const MOST_TIMES = 30

interface Failure {
  readonly count: number
  readonly atMs: number
  /** What had been invalidated in this process when the load began. */
  readonly tick: number
  readonly error: unknown
}

/** Which loads failed of late, so that what is down is not asked again by everybody who comes. */
export class Failures {
  // In the order of the last failure: the first is the one to forget when there are too many.
  readonly #failures = new Map<string, Failure>()

  /**
   * What a load failed with, while it is too early to try again: `backoffMs` after the first failure, twice that after the next. What
   * was invalidated since its load began (`isCovered`) is tried at once: the failure may have been about what is no more.
   */
  blocking(
    key: string,
    backoffMs: number,
    nowMs: number,
    isCovered: (tick: number) => boolean,
  ): { readonly error: unknown } | undefined {
    if (backoffMs === 0) return undefined
    const failure = this.#failures.get(key)
    if (failure === undefined) return undefined
    const waitMs = backoffMs * Math.min(2 ** (failure.count - 1), MOST_TIMES)
    return nowMs < failure.atMs + waitMs && !isCovered(failure.tick) ? failure : undefined
  }

  failed(key: string, error: unknown, nowMs: number, tick: number): void {
    const count = (this.#failures.get(key)?.count ?? 0) + 1
    this.#failures.delete(key)
    this.#failures.set(key, { count, atMs: nowMs, tick, error })
    if (this.#failures.size <= MOST_KEYS) return
    const [oldest = ''] = this.#failures.keys()
    this.#failures.delete(oldest)
  }

  succeeded(key: string): void {
    this.#failures.delete(key)
  }
}
