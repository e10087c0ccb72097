import { LoadTimes, type LoadTimesSnapshot, addLoadTimes } from './load-times.ts'

/**
 * What happened under one policy since the cache was made. Each counter only grows, and is raised where the thing happens:
 * `counters.l1Hits += 1`. An entry of L1 keeps the object, so that counting a hit is one addition and no lookup.
 */
export class PolicyCounters {
  /** Answered by L1 with a value that was fresh. */
  l1Hits = 0
  /** Answered by L1 with a value past its lifetime, within what the caller allowed. */
  l1StaleHits = 0
  /** L1 had nothing that could be used. */
  l1Misses = 0
  /** Answered by L2 with a value that was fresh. */
  l2Hits = 0
  /** Answered by L2 with a value past its lifetime, within what the caller allowed. */
  l2StaleHits = 0
  /** L2 had nothing that could be used, or did not answer in time. */
  l2Misses = 0
  /** L2 was not asked, because it is away, or because this process has not caught up with the log. */
  l2Bypassed = 0
  /** Loaders that were called. */
  loads = 0
  /** Of those, the ones that threw or were given up on. */
  loadErrors = 0
  /** Callers who waited for a load that had begun in this process, in place of one of their own. */
  coalesced = 0
  /** Loads that waited for another process that held the lease. */
  leaseWaits = 0
  /** Loads that began before the value's lifetime was over (XFetch). */
  earlyRefreshes = 0
  /** Callers who were answered with a stale value, from whichever tier. */
  staleServed = 0
  /** Values that a tier was meant to keep and did not: overtaken by an invalidation, too large, or without a form for L2. */
  refused = 0
  /** Entries that left L1 to make room. */
  evictions = 0
  /** How long the loaders took, those that failed too. */
  readonly loadTimes = new LoadTimes()
}

/** The names of the counters, and nothing else. */
export type CounterName = Exclude<keyof PolicyCounters, 'loadTimes'>

const NAMES: readonly CounterName[] = [
  'l1Hits',
  'l1StaleHits',
  'l1Misses',
  'l2Hits',
  'l2StaleHits',
  'l2Misses',
  'l2Bypassed',
  'loads',
  'loadErrors',
  'coalesced',
  'leaseWaits',
  'earlyRefreshes',
  'staleServed',
  'refused',
  'evictions',
]

/** The counters of one policy at one moment. */
export type CountersSnapshot = Readonly<Record<CounterName, number>> & {
  readonly loadTimes: LoadTimesSnapshot
}

/** The counters of one policy, and its name; '' is what names no policy. */
export type PolicyStats = CountersSnapshot & { readonly policy: string }

/** What a cache has done since it was made: frozen, plain, and of one moment. */
export interface CacheStatsSnapshot {
  /** One for each policy that was used, in the order of first use. */
  readonly policies: readonly PolicyStats[]
  /** All policies together. */
  readonly total: CountersSnapshot
}

/** More names than an application has policies; what comes after is counted together. */
const MOST_POLICIES = 1_000
/** The name under which the rest is counted. */
export const OTHER_POLICIES = '(other)'

/** Counts what a cache does, by policy. It takes no clock, no lock and no memory that grows. */
export class CacheStats {
  readonly #policies = new Map<string, PolicyCounters>()

  /** The counters of a policy; '' for what names none. Always the same object, so that it can be kept. */
  of(policy: string): PolicyCounters {
    const known = this.#policies.get(policy)
    if (known !== undefined) return known
    if (this.#policies.size >= MOST_POLICIES && policy !== OTHER_POLICIES) return this.of(OTHER_POLICIES)
    const counters = new PolicyCounters()
    this.#policies.set(policy, counters)
    return counters
  }

  snapshot(): CacheStatsSnapshot {
    const policies = [...this.#policies].map(([policy, counters]) =>
      Object.freeze({ policy, ...copy(counters) }),
    )
    return Object.freeze({ policies: Object.freeze(policies), total: Object.freeze(add(policies)) })
  }
}

function copy(counters: PolicyCounters): CountersSnapshot {
  return { ...pick((name) => counters[name]), loadTimes: counters.loadTimes.snapshot() }
}

function add(all: readonly CountersSnapshot[]): CountersSnapshot {
  const sums = pick((name) => all.reduce((sum, counters) => sum + counters[name], 0))
  return { ...sums, loadTimes: addLoadTimes(all.map(({ loadTimes }) => loadTimes)) }
}

function pick(value: (name: CounterName) => number): Record<CounterName, number> {
  return Object.fromEntries(NAMES.map((name) => [name, value(name)])) as Record<CounterName, number>
}
