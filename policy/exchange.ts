import type { CacheType, StoredResponse } from './freshness.ts'
import type { HeaderReader } from './header-reader.ts'
import type { Profile, ProfileRules } from './profile.ts'

/** One request, what came back, and the cache that is asked about. */
export interface Exchange {
  readonly request: {
    readonly method: string
    /** Absolute. */
    readonly url: string
    readonly headers: HeaderReader
  }
  readonly response: StoredResponse & {
    /** The length of the body, for ranges of it. @default what Content-Length says */
    readonly bodyBytes?: number
  }
  readonly cacheType: CacheType
  /** When the same request is made again: milliseconds since the epoch. @default when the response arrived */
  readonly nowMs?: number
  /** What a shared cache holds to; a private one obeys its one user. @default 'safe' */
  readonly profile?: Profile | ProfileRules
  /** The targeted fields that a shared cache obeys, lower-case (RFC 9213). @default `DEFAULT_TARGETS` */
  readonly targets?: readonly string[]
}
