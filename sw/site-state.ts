import type { Platform } from './platform.ts'
import { SiteInvalidations } from './site-invalidations.ts'
import { workerState } from './worker-state.ts'

const SITES = new WeakMap<Platform, SiteInvalidations>()

/** What all caches of one worker know of the site's invalidations. */
export function siteInvalidations(platform: Platform): SiteInvalidations {
  const known = SITES.get(platform)
  if (known !== undefined) return known
  const site = new SiteInvalidations(platform, workerState(platform).database)
  SITES.set(platform, site)
  return site
}
