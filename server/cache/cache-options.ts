import {
  type Duration,
  type Policies,
  ThermoclineError,
  definePolicies,
  describeValue,
  parseDuration,
  refuseUnknownOptions,
} from '../../policy/index.ts'
import { assertL2Driver } from '../l2/assert-l2-driver.ts'
import type { L2Driver } from '../l2/l2-driver.ts'
import type { RedisClusterLike, RedisLike } from '../redis-like.ts'
import type { CacheEvent } from './cache-event.ts'
import { functionOf, oneOf, shareOf } from './option-checks.ts'

/** `Name` is what a call may name as its policy: found in `policies`, any text without them. */
export interface TieredCacheOptions<Name extends string = string> {
  /** The application's policies, whose lifetimes calls may name. @default none */
  readonly policies?: Policies<Name> | undefined
  /** Goes before every key in Redis, so that several applications can share one. @default 'thermocline' */
  readonly namespace?: string | undefined
  /** An ioredis client, of one server or a Cluster; it stays yours to close. @default no L2, and no other process hears of invalidations */
  readonly redis?: RedisLike | RedisClusterLike | undefined
  /**
   * Where values are kept outside this process. Invalidations still go by way of `redis`; without it the values in L2 are of
   * use to this process alone. @default the one that `redis` talks to
   */
  readonly l2?: L2Driver | undefined
  readonly l1?:
    | {
        /** @default 10_000 */
        readonly maxEntries?: number | undefined
        /** Estimated bytes of values and keys. @default 67_108_864 (64 MiB) */
        readonly maxBytes?: number | undefined
      }
    | undefined
  /** The longest a request waits on Redis for one command. @default 50 */
  readonly l2TimeoutMs?: Duration | undefined
  /** How long L1 is trusted when the invalidation log falls silent. @default 2_000 */
  readonly maxLagMs?: Duration | undefined
  /** How long a process may go on loading for all before another one takes over, unless it says that it still does. @default 2_000 */
  readonly leaseMs?: Duration | undefined
  /** How far lifetimes are shortened at random, as a share of 1. @default 0.1 */
  readonly jitter?: number | undefined
  /** Whether all callers of a hit share one frozen value or each gets a clone of its own (`structuredClone`). @default 'frozen' */
  readonly values?: 'frozen' | 'cloned' | undefined
  /** Bytes of JSON from which a value is compressed in L2. @default never */
  readonly compressOver?: number | undefined
  /** A larger entry of L2, compressed or not, counts as missing. @default 67_108_864 (64 MiB) */
  readonly maxEntryBytes?: number | undefined
  /** How many invalidations the log keeps for those who were away. @default 10_000 */
  readonly logLength?: number | undefined
  /** Told what happens; called synchronously, so keep it short. @default nobody */
  readonly onEvent?: ((event: CacheEvent) => void) | undefined
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: (() => number) | undefined
  /** From 0 up to 1. @default Math.random */
  readonly random?: (() => number) | undefined
}

/** Options with every default filled in, checked once. */
export interface ResolvedCacheOptions {
  readonly policies: Policies
  readonly namespace: string
  readonly redis: RedisLike | RedisClusterLike | undefined
  readonly l2: L2Driver | undefined
  readonly leaseMs: number
  readonly jitter: number
  readonly values: 'frozen' | 'cloned'
  readonly compressOver: number
  readonly maxEntryBytes: number
  readonly random: () => number
  readonly maxEntries: number
  readonly maxBytes: number
  readonly l2TimeoutMs: number
  readonly maxLagMs: number
  readonly logLength: number
  readonly onEvent: (event: CacheEvent) => void
  readonly now: () => number
  /** For what only this process compares: a wall clock that is set back must not stop time. */
  readonly monotonicNow: () => number
}

const KNOWN = [
  'policies',
  'namespace',
  'redis',
  'l2',
  'l1',
  'leaseMs',
  'jitter',
  'values',
  'compressOver',
  'maxEntryBytes',
  'random',
  'l2TimeoutMs',
  'maxLagMs',
  'logLength',
  'onEvent',
  'clock',
]

export function resolveCacheOptions(options: TieredCacheOptions): ResolvedCacheOptions {
  refuseUnknownOptions('`createTieredCache`', options, KNOWN)
  const namespace = options.namespace ?? 'thermocline'
  if (!/^[\w.-]{1,64}$/.test(namespace)) {
    throw new ThermoclineError(
      'option-invalid',
      `\`namespace\` is ${describeValue(namespace)}. Use 1 to 64 letters, digits, ".", "_" or "-".`,
    )
  }
  if (options.redis !== undefined && typeof (options.redis as Partial<RedisLike>).call !== 'function') {
    throw new ThermoclineError(
      'option-invalid',
      `\`redis\` is ${describeValue(options.redis)}. Give an ioredis client: new Redis(url).`,
    )
  }
  if (options.l2 !== undefined) assertL2Driver(options.l2)
  const { l1 = {}, values = 'frozen', jitter = 0.1, compressOver = Number.POSITIVE_INFINITY } = options
  refuseUnknownOptions('`l1`', l1, ['maxEntries', 'maxBytes'])
  const clock = functionOf('clock', options.clock)
  return Object.freeze({
    policies: definePolicies(options.policies ?? {}),
    namespace,
    redis: options.redis,
    l2: options.l2,
    leaseMs: positive('leaseMs', parseDuration(options.leaseMs ?? 2_000, 'leaseMs')),
    jitter: shareOf('jitter', jitter, 0.5),
    values: oneOf('values', values, ['frozen', 'cloned']),
    compressOver:
      compressOver === Number.POSITIVE_INFINITY ? compressOver : positive('compressOver', compressOver),
    maxEntryBytes: positive('maxEntryBytes', options.maxEntryBytes ?? 64 * 1024 * 1024),
    random: functionOf('random', options.random) ?? Math.random,
    maxEntries: positive('l1.maxEntries', l1.maxEntries ?? 10_000),
    maxBytes: positive('l1.maxBytes', l1.maxBytes ?? 64 * 1024 * 1024),
    l2TimeoutMs: positive('l2TimeoutMs', parseDuration(options.l2TimeoutMs ?? 50, 'l2TimeoutMs')),
    maxLagMs: positive('maxLagMs', parseDuration(options.maxLagMs ?? 2_000, 'maxLagMs')),
    logLength: positive('logLength', options.logLength ?? 10_000),
    onEvent: guarded(functionOf('onEvent', options.onEvent)),
    now: clock ?? Date.now,
    monotonicNow: clock ?? (() => performance.now()),
  })
}

/** A metrics client that throws must cost its own event, not the cache. */
function guarded(onEvent: TieredCacheOptions['onEvent']): (event: CacheEvent) => void {
  if (onEvent === undefined) return () => {}
  return (event) => {
    try {
      const returned: unknown = onEvent(event)
      if (returned instanceof Promise) returned.catch(report)
    } catch (error) {
      report(error)
    }
  }
}

function report(error: unknown): void {
  console.error('thermocline: `onEvent` threw.', error)
}

function positive(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new ThermoclineError(
    'option-invalid',
    `\`${option}\` is ${describeValue(value)}. Give a whole number above 0: an unbounded cache is a memory leak.`,
  )
}
