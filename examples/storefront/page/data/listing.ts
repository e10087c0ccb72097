import type { Listing, ListingQuery } from './api-types.ts'
import { orFromSnapshot } from './catalogue-snapshot.ts'
import { requestJson } from './request-json.ts'
import type { Result } from './result.ts'
import { snapshotListing } from './snapshot-listing.ts'

/** One page of a category or a search; out of the snapshot where the shop is out of reach. */
export async function fetchListing(query: ListingQuery, signal?: AbortSignal): Promise<Result<Listing>> {
  const params = new URLSearchParams()
  if (query.category !== undefined) params.set('category', query.category)
  if (query.q !== undefined) params.set('q', query.q)
  params.set('page', String(query.page))
  params.set('sort', query.sort)
  const answer = await requestJson<Listing>(`/api/products?${params}`, signal ? { signal } : {})
  return orFromSnapshot(answer, (snapshot) => snapshotListing(snapshot, query))
}
