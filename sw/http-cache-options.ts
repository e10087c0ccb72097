import type { StrategyOptions } from 'workbox-strategies/Strategy.js'
import { ThermoclineError, describeValue } from '../policy/index.ts'
import { isCount } from './is-count.ts'
import { type Platform, workerPlatform } from './platform.ts'

/** Options of `HttpCache`, beside those of every Workbox strategy; `matchOptions` apart, since responses say by `Vary` and `No-Vary-Search` what they match. */
export interface HttpCacheOptions extends Omit<StrategyOptions, 'matchOptions'> {
  /**
   * Name of the cache for what all users share; each partition has one of its own.
   * @default 'thermocline'
   */
  cacheName?: string
  /**
   * Stored URLs, each with all its variants; above it those unused for longest go.
   * @default 2_000
   */
  maxEntries?: number
  /**
   * Bytes of stored bodies; above it those unused for longest go. No single response takes more than a quarter.
   * @default 67_108_864
   */
  maxBytes?: number
  /** Clock, network and storage, for tests. */
  platform?: Platform
}

export interface ResolvedHttpCacheOptions {
  readonly cacheName: string
  readonly maxEntries: number
  readonly maxBytes: number
  readonly platform: Platform
  readonly strategy: StrategyOptions
}

/** Applies the defaults. Throws `option-invalid`. */
export function resolveHttpCacheOptions(options: HttpCacheOptions): ResolvedHttpCacheOptions {
  const {
    cacheName = 'thermocline',
    maxEntries = 2_000,
    maxBytes = 67_108_864,
    platform = workerPlatform,
    ...strategy
  } = options
  for (const [name, value] of Object.entries({ maxEntries, maxBytes })) {
    if (isCount(value)) continue
    throw new ThermoclineError(
      'option-invalid',
      `\`${name}\` is ${describeValue(value)}. Write a whole number above 0.`,
    )
  }
  return { cacheName, maxEntries, maxBytes, platform, strategy }
}

const NAMES = ['cacheName', 'maxEntries', 'maxBytes', 'platform', 'plugins', 'fetchOptions']

/** A misspelt option would silently do nothing. `refuseUnknownOptions` says what was meant, for more bytes in a worker. Throws `option-invalid`. */
export function refuseUnknown(options: object): void {
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name))
  if (unknown === undefined) return
  throw new ThermoclineError(
    'option-invalid',
    `HttpCache has no option \`${unknown}\`. It takes ${NAMES.join(', ')}.`,
  )
}
