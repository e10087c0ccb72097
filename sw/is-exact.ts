import { freshnessLifetime, parseCacheControl } from '../policy/index.ts'

/**
 * Whether a response is what the origin says now, though it was asked for through the browser's HTTP cache, which knows
 * nothing of groups and users: what that may have answered by itself does not count.
 */
export function isExact({ headers, status }: Response, responseTimeMs: number): boolean {
  const { noCache, noStore, staleWhileRevalidate } = parseCacheControl(headers.get('cache-control'))
  if (noStore === true || noCache === true) return true
  const { seconds } = freshnessLifetime({ status, headers, responseTimeMs }, 'private')
  return seconds <= 0 && staleWhileRevalidate === undefined
}
