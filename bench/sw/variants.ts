import type { Variant } from './variant.ts'
import { handWritten } from './variants/hand-written.ts'
import { handWrittenIndex } from './variants/hand-written-index.ts'
import { httpCache } from './variants/http-cache.ts'
import { thermocline } from './variants/thermocline.ts'
import { workboxCacheFirstExpiration } from './variants/workbox-cache-first-expiration.ts'
import { workboxCacheFirst } from './variants/workbox-cache-first.ts'
import { workboxSwrExpiration } from './variants/workbox-swr-expiration.ts'

export {
  handWritten,
  handWrittenIndex,
  httpCache,
  thermocline,
  workboxCacheFirst,
  workboxCacheFirstExpiration,
  workboxSwrExpiration,
}

export const VARIANTS: readonly Variant[] = [
  thermocline,
  workboxCacheFirst,
  workboxCacheFirstExpiration,
  workboxSwrExpiration,
  handWritten,
  handWrittenIndex,
  httpCache,
]
