import {
  DEFAULT_TARGETS,
  type Duration,
  PROFILES,
  type Profile,
  type ProfileRules,
  ThermoclineError,
  describeValue,
  parseDuration,
  refuseUnknownOptions,
} from '../../policy/index.ts'
import type { CopyBudget } from './body-copy.ts'
import { TieredCache } from '../cache/tiered-cache.ts'

export interface ResponseCacheOptions {
  /** Where responses are kept. Invalidating a group there lets go of the responses in it. */
  readonly cache: TieredCache
  /** `rfc9111` is the letter of the RFC; `safe` protects users from what the letter allows. @default 'safe' */
  readonly profile?: Profile
  /** Single departures from the profile. @default {} */
  readonly rules?: Partial<ProfileRules>
  /** The targeted fields that this cache obeys before `Cache-Control` (RFC 9213), the first that is there. @default ['CDN-Cache-Control'] */
  readonly targets?: readonly string[]
  /** A longer body is passed on and not kept; in bytes. @default 4_194_304 (4 MiB) */
  readonly maxBodyBytes?: number
  /** How long a response is kept beyond its freshness, to be validated or to stand in for a failed one. @default '1h' */
  readonly keepStale?: Duration
  /**
   * Keeps what must be validated before each use (`no-cache`, `max-age=0`) too. That saves the body's way from an origin that
   * is elsewhere, but nothing where the handler is in this process. @default false; true for `rfc9111` and the reverse proxy
   */
  readonly keepsValidated?: boolean
  /**
   * How long a request waits for another one that asks for the same, before the next one is sent in its place. 0: it does
   * not wait. @default '5s'
   */
  readonly collapse?: Duration
  /** Its name in `Cache-Status` (RFC 9211). @default 'Response' */
  readonly name?: string
  /** Whether answers carry `Cache-Status` as `Server-Timing` too, where a page can read it. @default true */
  readonly serverTiming?: boolean
  /** Told once of what keeps the cache from working, such as middleware in the wrong order. @default console.warn */
  readonly onWarning?: (message: string) => void
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: () => number
}

/** Options with every default filled in, checked once. */
export interface ResolvedOptions {
  readonly cache: TieredCache
  readonly rules: ProfileRules
  readonly targets: readonly string[]
  readonly maxBodyBytes: number
  readonly keepStaleMs: number
  readonly keepsValidated: boolean
  readonly collapseMs: number
  readonly copies: CopyBudget
  readonly name: string
  readonly serverTiming: boolean
  readonly onWarning: (message: string) => void
  readonly now: () => number
}

/** How many bodies of the greatest size may be copied at the same time. */
const COPIES_AT_ONCE = 16

/** The names of the options, for those who pass them on. */
export const RESPONSE_CACHE_OPTIONS = [
  'cache',
  'profile',
  'rules',
  'targets',
  'maxBodyBytes',
  'keepStale',
  'keepsValidated',
  'collapse',
  'name',
  'serverTiming',
  'onWarning',
  'clock',
] as const

/** Throws `option-invalid` or `duration-invalid`. */
export function resolveOptions(what: string, options: ResponseCacheOptions): ResolvedOptions {
  refuseUnknownOptions(what, options, RESPONSE_CACHE_OPTIONS)
  const {
    cache,
    profile = 'safe',
    rules = {},
    targets,
    maxBodyBytes = 4_194_304,
    name = 'Response',
  } = options
  if (!(cache instanceof TieredCache)) {
    refuse('cache', cache, 'Give what `createTieredCache` returns.')
  }
  if (!Object.hasOwn(PROFILES, profile)) refuse('profile', profile, "Use 'safe' or 'rfc9111'.")
  refuseUnknownOptions('`rules`', rules, Object.keys(PROFILES.safe))
  for (const [name, value] of Object.entries(rules)) boolean(`rules.${name}`, value)
  boolean('keepsValidated', options.keepsValidated)
  boolean('serverTiming', options.serverTiming)
  func('clock', options.clock)
  func('onWarning', options.onWarning)
  if (!Number.isSafeInteger(maxBodyBytes) || maxBodyBytes <= 0) {
    refuse('maxBodyBytes', maxBodyBytes, 'Give a whole number of bytes above 0.')
  }
  if (typeof name !== 'string' || !/^[A-Za-z][\w.-]{0,63}$/.test(name)) {
    refuse('name', name, 'Use a letter, then up to 63 letters, digits, ".", "_" or "-".')
  }
  return Object.freeze({
    cache,
    rules: Object.freeze({ ...PROFILES[profile], ...rules }),
    targets: fieldNames(targets),
    maxBodyBytes,
    keepStaleMs: parseDuration(options.keepStale ?? '1h', 'keepStale'),
    keepsValidated: options.keepsValidated ?? profile === 'rfc9111',
    collapseMs: parseDuration(options.collapse ?? '5s', 'collapse'),
    copies: { maxBytes: COPIES_AT_ONCE * maxBodyBytes, usedBytes: 0 },
    name,
    serverTiming: options.serverTiming ?? true,
    onWarning: options.onWarning ?? ((message) => console.warn(`thermocline: ${message}`)),
    now: options.clock ?? Date.now,
  })
}

function fieldNames(targets: readonly string[] | undefined): readonly string[] {
  if (targets === undefined) return DEFAULT_TARGETS
  const bad = Array.isArray(targets) ? targets.find((name) => !/^[\w-]{1,64}$/.test(name)) : targets
  if (bad !== undefined)
    refuse('targets', bad, "Give an array of field names, such as ['CDN-Cache-Control'].")
  return Object.freeze(targets.map((name) => name.toLowerCase()))
}

function boolean(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') refuse(option, value, 'Use true or false.')
}

function func(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') refuse(option, value, 'Give a function.')
}

function refuse(option: string, value: unknown, instead: string): never {
  throw new ThermoclineError('option-invalid', `\`${option}\` is ${describeValue(value)}. ${instead}`)
}
