import type { Flights } from './flights.ts'
import type { Partitions } from './partitions.ts'
import type { Platform } from './platform.ts'
import type { ResponseStore } from './response-store.ts'
import type { SiteInvalidations } from './site-invalidations.ts'

/** What one `HttpCache` is made of. */
export interface CacheParts {
  readonly platform: Platform
  readonly partitions: Partitions
  readonly store: ResponseStore
  readonly flights: Flights
  readonly site: SiteInvalidations
  readonly cacheName: string
  readonly maxEntryBytes: number
}
