import type { RequestListener } from 'node:http'
import * as built from 'thermocline/server'
import { type Middleware, type TieredCache, createTieredCache } from 'thermocline/server'

type Options = { readonly cache: TieredCache }

/** The caches of the package as it is built; each is missing until its build has it. */
export const { responseCache, cachedListener } = built as {
  readonly responseCache?: (options: Options) => Middleware
  readonly cachedListener?: (listener: RequestListener, options: Options) => RequestListener
}

export const NOT_BUILT = 'not built yet'

/** L1 alone, with room for every entry of the bench. */
export function roomyCache(): TieredCache {
  return createTieredCache({ l1: { maxEntries: 100_000, maxBytes: 1024 ** 3 } })
}
