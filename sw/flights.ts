import { parseCacheGroups } from '../policy/index.ts'
import { withoutSearch } from './search-keys.ts'
import type { SharedBody } from './shared-body.ts'
import type { StoredEntry } from './stored-entry.ts'

/** What came back from the network for one request. */
export interface Exchange {
  readonly response: Response
  readonly ticket: Ticket
  readonly requestTimeMs: number
  readonly responseTimeMs: number
  /** Opaque, redirected and the like: handed on as it is, neither stored nor annotated. */
  readonly isUntouchable?: boolean
  /** What will be known of it once it is stored, and by which request fields it was selected; absent where it is not. */
  readonly entry?: StoredEntry
  readonly varyBy?: readonly string[]
  /** The body where several read it; otherwise it is the response's own. */
  readonly body?: SharedBody | undefined
  /** The stored entry as a 304 left it. */
  readonly confirmed?: StoredEntry
  /** Settles when storing has ended, well or not. */
  readonly settled?: Promise<boolean>
}

/** Says whether what a request brings may still be stored. */
export interface Ticket {
  /** Its URL was written to. */
  isOutdated: boolean
  /** What was written to meanwhile: a response in one of these groups may be from before. */
  readonly outdatedGroups: Set<string>
}

/** Whether a write came between a request and the response that has, or had, these header fields. */
export function isOvertaken({ isOutdated, outdatedGroups }: Ticket, ...responses: Headers[]): boolean {
  return isOutdated || responses.some((headers) => groupsOf(headers).some((name) => outdatedGroups.has(name)))
}

/** The groups of a response (RFC 9875 §2). */
export function groupsOf(headers: Headers): string[] {
  return parseCacheGroups(headers.get('cache-groups'))
}

/** One request on its way to the origin, which others may join. */
interface Flight {
  readonly key: string | undefined
  readonly url: string
  readonly ticket: Ticket
  readonly exchange: Promise<Exchange>
  hasArrived: boolean
}

/** The requests that are under way. */
export class Flights {
  readonly #flights = new Set<Flight>()

  /** What the request under this key brings, until that is stored; with `isUnanswered` only until it is here. */
  join(key: string, isUnanswered = false): Promise<Exchange> | undefined {
    for (const { exchange, hasArrived, key: own, ticket } of this.#flights) {
      if (own === key && !ticket.isOutdated && !(isUnanswered && hasArrived)) return exchange
    }
    return undefined
  }

  /** Sends a request; with a key, others may join it until its answer is stored. */
  start(
    url: string,
    key: string | undefined,
    send: (ticket: Ticket) => Promise<Exchange>,
  ): Promise<Exchange> {
    const ticket: Ticket = { isOutdated: false, outdatedGroups: new Set() }
    const flight: Flight = { key, url, ticket, exchange: send(ticket), hasArrived: false }
    this.#flights.add(flight)
    const land = () => this.#flights.delete(flight)
    flight.exchange
      .then(({ settled }) => {
        flight.hasArrived = true
        return settled
      })
      .then(land, land)
    return flight.exchange
  }

  /**
   * Something was written to the URL, or to all: what is under way is joined by nobody any more, and not stored. Queries
   * are passed over: a response may yet say that they make no difference.
   */
  outdate(url?: string): void {
    for (const flight of this.#flights) {
      if (url === undefined || withoutSearch(flight.url) === withoutSearch(url))
        flight.ticket.isOutdated = true
    }
  }

  /** Groups of an origin were written to; which responses are in them is known once they arrive. */
  outdateGroups(origin: string, groups: readonly string[]): void {
    for (const { ticket, url } of this.#flights) {
      if (new URL(url).origin === origin) for (const group of groups) ticket.outdatedGroups.add(group)
    }
  }
}
