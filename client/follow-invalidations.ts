import { followHost } from './follow-host.ts'
import { type FollowOptions, resolveFollowUrl } from './follow-options.ts'
import { InvalidationFollower } from './invalidation-follower.ts'

/**
 * Follows what the server invalidates (`invalidationStream()`), by one connection for all tabs of the browser. The service worker, where
 * there is one, lets go first; then `invalidated` events tell the page what to ask for again. Works without a worker too. Throws
 * `option-invalid`.
 *
 * @example
 * const invalidations = followInvalidations({ url: '/invalidations' })
 * invalidations.addEventListener('invalidated', ({ groups }) => {
 *   if (groups.includes('product-42')) showProduct()
 * })
 */
export function followInvalidations(options: FollowOptions = {}): InvalidationFollower {
  const host = followHost()
  return new InvalidationFollower(host, resolveFollowUrl(options, host.baseUrl))
}
