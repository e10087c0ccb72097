import { LRUCache } from 'lru-cache'

const MOST_FAILURES = 5
const WINDOW_MS = 60_000

/** Counts failed logins of an account from an address; after five within a minute it asks for patience. */
export class LoginThrottle {
  readonly #failures = new LRUCache<string, { count: number; until: number }>({ max: 10_000 })
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Seconds to wait before another attempt; 0 when one may be made. */
  secondsToWait(email: string, address: string): number {
    const entry = this.#entry(email, address)
    return entry === undefined || entry.count < MOST_FAILURES
      ? 0
      : Math.ceil((entry.until - this.#now()) / 1_000)
  }

  failed(email: string, address: string): void {
    const entry = this.#entry(email, address) ?? { count: 0, until: this.#now() + WINDOW_MS }
    this.#failures.set(keyOf(email, address), { ...entry, count: entry.count + 1 })
  }

  succeeded(email: string, address: string): void {
    this.#failures.delete(keyOf(email, address))
  }

  #entry(email: string, address: string): { count: number; until: number } | undefined {
    const entry = this.#failures.get(keyOf(email, address))
    return entry !== undefined && entry.until > this.#now() ? entry : undefined
  }
}

function keyOf(email: string, address: string): string {
  return `${address} ${email}`
}
