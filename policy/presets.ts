import { type Duration, parseDuration, parseSeconds } from './duration.ts'
import { ThermoclineError, describeValue } from './errors.ts'
import { refuseUnknownOptions } from './known-options.ts'
import type { RoutePolicy } from './route-policy.ts'

/** Matches the names bundlers give to hashed files: `app-B9z_x1Qk.js`, `logo.3f9a1c22.svg`. */
const HASHED_PATH = /[.-](?=[\w-]*\d|[\w-]*[A-Z])[\w-]{8,}\.[a-z0-9]+$/

export interface ImmutableOptions {
  /** How long the file is kept. @default '1y' */
  readonly maxAge?: Duration
  /** What a path must look like to carry a content hash; any other path is answered with `no-cache`. */
  readonly hashedPath?: RegExp
}

export interface RevalidateOptions {
  /** How long a CDN that you purge may answer without asking. @default the CDN asks too */
  readonly cdn?: Duration
  /** Request fields that select the response. @default [] */
  readonly vary?: readonly string[]
}

export interface PublicDataOptions {
  /** Freshness in browsers. @default '1m' */
  readonly browser?: Duration
  /** Freshness in CDNs. @default '5m' */
  readonly cdn?: Duration
  /** Lifetime in the in-process tier. @default a third of `l2`, at most '1m' */
  readonly l1?: Duration
  /** Lifetime in Redis. @default '5m' */
  readonly l2?: Duration
  /** How long after that a stale answer may be given while a new one is fetched (RFC 5861 §3). @default '1m' */
  readonly staleWhileRevalidate?: Duration
  /** How long a stale answer may stand in for a failed one (RFC 5861 §4). @default '1d' */
  readonly staleIfError?: Duration
  /** Request fields that select the response. @default [] */
  readonly vary?: readonly string[]
}

export interface PrivateDataOptions {
  /** Freshness in the user's own browser. @default 0, the browser revalidates */
  readonly browser?: Duration
  /** Lifetime in the in-process tier, under a key of your own that names the user. @default 0, not kept */
  readonly l1?: Duration
  /** Lifetime in Redis, under a key of your own that names the user. @default 0, not kept */
  readonly l2?: Duration
  /** @default 0 */
  readonly staleWhileRevalidate?: Duration
  /** @default 0 */
  readonly staleIfError?: Duration
  /** Request fields that select the response, beside `Cookie`. @default [] */
  readonly vary?: readonly string[]
}

const NOTHING_KEPT: RoutePolicy = Object.freeze({
  kind: 'no-store',
  browserMs: 0,
  cdnMs: undefined,
  l1Ms: 0,
  l2Ms: 0,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 0,
  vary: [],
  hashedPath: undefined,
})

/** Files whose names carry a hash of their content: kept for a year and never asked for again (RFC 8246). */
export function immutable(options: ImmutableOptions = {}): RoutePolicy {
  refuseUnknownOptions('`immutable`', options, ['maxAge', 'hashedPath'])
  const lifetime = seconds('maxAge', options.maxAge, '1y')
  return Object.freeze({
    ...NOTHING_KEPT,
    kind: 'immutable',
    browserMs: lifetime,
    hashedPath: checkPattern(options.hashedPath ?? HASHED_PATH),
  })
}

/** Pages: kept, but validated with the server before each use (`no-cache` and an ETag). */
export function revalidate(options: RevalidateOptions = {}): RoutePolicy {
  refuseUnknownOptions('`revalidate`', options, ['cdn', 'vary'])
  return Object.freeze({
    ...NOTHING_KEPT,
    kind: 'revalidate',
    cdnMs: options.cdn === undefined ? undefined : seconds('cdn', options.cdn, 0),
    vary: varyNames(options.vary),
  })
}

/** Data that is the same for everybody. Throws `policy-conflict` where the lifetimes contradict each other. */
export function publicData(options: PublicDataOptions = {}): RoutePolicy {
  refuseUnknownOptions('`publicData`', options, [
    'browser',
    'cdn',
    'l1',
    'l2',
    'staleWhileRevalidate',
    'staleIfError',
    'vary',
  ])
  const l2Ms = parseDuration(options.l2 ?? '5m', 'l2')
  const policy: RoutePolicy = {
    ...NOTHING_KEPT,
    kind: 'public',
    browserMs: seconds('browser', options.browser, '1m'),
    cdnMs: seconds('cdn', options.cdn, '5m'),
    l1Ms: parseDuration(options.l1 ?? Math.min(60_000, Math.floor(l2Ms / 3)), 'l1'),
    l2Ms,
    staleWhileRevalidateMs: seconds('staleWhileRevalidate', options.staleWhileRevalidate, '1m'),
    staleIfErrorMs: seconds('staleIfError', options.staleIfError, '1d'),
    vary: varyNames(options.vary),
  }
  refuseLongL1(policy)
  return Object.freeze(policy)
}

/** Data of one user: kept by that user's browser only, told apart by `Vary: Cookie`. */
export function privateData(options: PrivateDataOptions = {}): RoutePolicy {
  if ('cdn' in options) {
    throw new ThermoclineError(
      'policy-conflict',
      `\`privateData\` was given \`cdn: ${describeValue(options.cdn)}\`, but a CDN would hand one user's data to the next. ` +
        'Leave `cdn` out, or use `publicData` if everybody may see it.',
    )
  }
  refuseUnknownOptions('`privateData`', options, [
    'browser',
    'l1',
    'l2',
    'staleWhileRevalidate',
    'staleIfError',
    'vary',
  ])
  const policy: RoutePolicy = {
    ...NOTHING_KEPT,
    kind: 'private',
    browserMs: seconds('browser', options.browser, 0),
    l1Ms: parseDuration(options.l1 ?? 0, 'l1'),
    l2Ms: parseDuration(options.l2 ?? 0, 'l2'),
    staleWhileRevalidateMs: seconds('staleWhileRevalidate', options.staleWhileRevalidate, 0),
    staleIfErrorMs: seconds('staleIfError', options.staleIfError, 0),
    // Beneath any service worker is the browser's own HTTP cache, which knows users only by this field.
    vary: [...new Set(['Cookie', ...varyNames(options.vary)])],
  }
  refuseLongL1(policy)
  return Object.freeze(policy)
}

/** Secrets and answers that must be new each time: kept nowhere. */
export function noStore(): RoutePolicy {
  return NOTHING_KEPT
}

/** A pattern with `g` or `y` remembers where it stopped, and would match every other time. */
function checkPattern(pattern: unknown): RegExp {
  if (pattern instanceof RegExp) return new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, ''))
  throw new ThermoclineError(
    'option-invalid',
    `\`hashedPath\` is ${describeValue(pattern)}. Give a regular expression such as /^\\/build\\//.`,
  )
}

function seconds(option: string, value: Duration | undefined, fallback: Duration): number {
  return parseSeconds(value ?? fallback, option) * 1_000
}

function refuseLongL1({ l1Ms, l2Ms, kind }: RoutePolicy): void {
  if (l2Ms === 0 || l1Ms <= l2Ms) return
  throw new ThermoclineError(
    'policy-conflict',
    `A ${kind} policy keeps values ${l1Ms} ms in L1 but only ${l2Ms} ms in L2, so a process would answer with what the ` +
      'fleet has already dropped. Make `l1` at most `l2`; a third of it is usual.',
  )
}

function varyNames(names: readonly string[] | undefined): readonly string[] {
  if (names === undefined) return []
  const bad = Array.isArray(names) ? names.find((name) => !/^[!#$%&'+.^_`|~0-9A-Za-z-]+$/.test(name)) : names
  if (bad === undefined) return Object.freeze([...names])
  throw new ThermoclineError(
    'option-invalid',
    `\`vary\` holds ${describeValue(bad)}. Give an array of request field names, such as ['Accept-Language'].`,
  )
}
