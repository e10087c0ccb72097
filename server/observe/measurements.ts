import type { CacheStatsSnapshot, CounterName } from '../cache/cache-stats.ts'
import type { ObservedCache, ObservedStatus } from './observed-cache.ts'

/** One number, and what it is of. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A number that a cache tells of itself. Each exporter makes its names from this one table. */
export interface Measurement {
  /** In words joined by dots and underscores, without prefix or unit. */
  readonly name: string
  /** `counter`: only grows. `sum`: may be added up over processes. `gauge`: may not. */
  readonly kind: 'counter' | 'sum' | 'gauge'
  /** In UCUM: s, By, or what is counted in braces; '' for a state, which has none. */
  readonly unit: string
  /** One sentence without its full stop. */
  readonly help: string
  /** What several workers of one process group come to, for a `gauge`. @default 'sum' */
  readonly across?: 'min' | 'max'
  read(reading: CacheReading): readonly Sample[]
}

/** What a cache said of itself at one moment. */
export interface CacheReading {
  readonly stats: CacheStatsSnapshot
  readonly status: ObservedStatus
}

export function readCache(cache: ObservedCache): CacheReading {
  return { stats: cache.stats(), status: cache.status() }
}

const REQUESTS: readonly [layer: 'l1' | 'l2', result: string, counter: CounterName][] = [
  ['l1', 'hit', 'l1Hits'],
  ['l1', 'stale', 'l1StaleHits'],
  ['l1', 'miss', 'l1Misses'],
  ['l2', 'hit', 'l2Hits'],
  ['l2', 'stale', 'l2StaleHits'],
  ['l2', 'miss', 'l2Misses'],
  ['l2', 'bypass', 'l2Bypassed'],
]

const BREAKER_STATES = ['closed', 'open', 'half-open'] as const

export const MEASUREMENTS: readonly Measurement[] = [
  {
    name: 'requests',
    kind: 'counter',
    unit: '{request}',
    help: 'Lookups by layer, and how they ended',
    read: ({ stats, status }) =>
      stats.policies.flatMap((counters) =>
        REQUESTS.filter(([layer]) => layer === 'l1' || status.l2 !== 'none').map(
          ([layer, result, counter]) => ({
            labels: { layer, policy: counters.policy, result },
            value: counters[counter],
          }),
        ),
      ),
  },
  byPolicy('loads', '{load}', 'Loaders that were called', 'loads'),
  byPolicy('load_errors', '{load}', 'Loaders that threw or were given up on', 'loadErrors'),
  byPolicy(
    'coalesced',
    '{request}',
    'Callers that waited for a load of this process that had begun',
    'coalesced',
  ),
  byPolicy(
    'lease_waits',
    '{load}',
    'Loads that waited for another process that held the lease',
    'leaseWaits',
  ),
  byPolicy('early_refreshes', '{load}', 'Loads that began before the lifetime was over', 'earlyRefreshes'),
  byPolicy('stale_served', '{request}', 'Callers that were answered with a stale value', 'staleServed'),
  byPolicy('refused', '{value}', 'Values that a tier was meant to keep and did not', 'refused'),
  byPolicy('evictions', '{entry}', 'Entries that left L1 to make room', 'evictions'),
  single('l1.entries', 'sum', '{entry}', 'Entries in L1', ({ l1 }) => l1.entries),
  single('l1.size', 'sum', 'By', 'Estimated bytes of the entries in L1', ({ l1 }) => l1.bytes),
  {
    ...single('l2.up', 'gauge', '', 'Whether L2 is in use: 1, or 0 while it is bypassed', ({ l2 }) =>
      l2 === 'none' ? undefined : Number(l2 === 'ready'),
    ),
    across: 'min',
  },
  {
    name: 'breaker.state',
    kind: 'sum',
    unit: '',
    help: 'The state of the circuit breaker in front of L2: 1 for the one it is in, 0 for the others',
    read: ({ status }) =>
      status.l2 === 'none'
        ? []
        : BREAKER_STATES.map((state) => ({ labels: { state }, value: Number(status.breaker === state) })),
  },
  {
    ...single(
      'log.lag',
      'gauge',
      's',
      'Time since all that the invalidation log said was known here',
      ({ log }) => (log.lagMs === undefined ? undefined : log.lagMs / 1_000),
    ),
    across: 'max',
  },
  {
    ...single(
      'log.caught_up',
      'gauge',
      '',
      'Whether the invalidation log was read to its end: 1 or 0',
      ({ log }) => Number(log.isCaughtUp),
    ),
    across: 'min',
  },
  single(
    'log.pending_names',
    'sum',
    '{name}',
    'Names that were invalidated here and that the log does not know of yet',
    ({ log }) => log.pending,
  ),
]

function byPolicy(name: string, unit: string, help: string, counter: CounterName): Measurement {
  return {
    name,
    kind: 'counter',
    unit,
    help,
    read: ({ stats }) =>
      stats.policies.map((counters) => ({ labels: { policy: counters.policy }, value: counters[counter] })),
  }
}

function single(
  name: string,
  kind: Measurement['kind'],
  unit: string,
  help: string,
  read: (status: ObservedStatus) => number | undefined,
): Measurement {
  return {
    name,
    kind,
    unit,
    help,
    read: ({ status }) => {
      const value = read(status)
      return value === undefined ? [] : [{ labels: {}, value }]
    },
  }
}
