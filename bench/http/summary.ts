import { median } from '../median.ts'
import type { LoadResult } from './load-result.ts'
import {
  APICACHE,
  CACHED_LISTENER,
  EMPTY_MIDDLEWARES,
  EXPRESS,
  EXPRESS_READY,
  HEADER_POLICY,
  NODE_HTTP,
  RESPONSE_CACHE,
} from './subjects.ts'

/** What each subject came to, by name: one result for each round, in order. */
export type Results = ReadonlyMap<string, readonly LoadResult[]>

export interface Row {
  readonly name: string
  readonly requestsPerSecond: number
  readonly toExpress: number | undefined
  readonly toNodeHttp: number | undefined
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Medians of the rounds, and ratios to the two that everything is compared with. */
export function summarize(results: Results): Row[] {
  return [...results].map(([name, rounds]) => ({
    name,
    requestsPerSecond: median(rounds.map((round) => round.requestsPerSecond)),
    toExpress: ratio(results, name, EXPRESS),
    toNodeHttp: ratio(results, name, NODE_HTTP),
    p50Ms: median(rounds.map((round) => round.p50Ms)),
    p99Ms: median(rounds.map((round) => round.p99Ms)),
  }))
}

/**
 * The median of the ratios within each round, not the ratio of the medians: what slows the machine in a round slows both.
 * `undefined` where one was not measured.
 */
export function ratio(results: Results, name: string, base: string): number | undefined {
  const bases = results.get(base) ?? []
  const ratios = (results.get(name) ?? []).flatMap((round, index) => {
    const rate = bases[index]?.requestsPerSecond
    return rate === undefined ? [] : [round.requestsPerSecond / rate]
  })
  return ratios.length === 0 ? undefined : median(ratios)
}

export interface Goal {
  readonly name: string
  readonly measured: string
  readonly verdict: 'met' | 'not met' | 'not measured'
  /** What something that decides nothing comes to in the same place, and what part of that this is; '' where not measured. */
  readonly yardstick: string
}

/** What the HTTP side has to reach, and whether it does. */
export function judgeGoals(results: Results): Goal[] {
  const atLeast = (name: string, subject: string, base: string, least: number): Goal => {
    const found = ratio(results, subject, base)
    if (found === undefined) return { name, measured: '-', verdict: 'not measured', yardstick: '' }
    const verdict = found >= least ? 'met' : 'not met'
    return { name, measured: `x${found.toFixed(2)}`, verdict, yardstick: yardstickOf(results, subject, base) }
  }
  return [
    atLeast('cachedListener: at least x5 of the Express handler', CACHED_LISTENER, EXPRESS, 5),
    atLeast('cachedListener: at least x0.7 of node:http', CACHED_LISTENER, NODE_HTTP, 0.7),
    atLeast('responseCache: at least x1.5 of the Express handler', RESPONSE_CACHE, EXPRESS, 1.5),
    atLeast('responseCache: at least x2 of apicache', RESPONSE_CACHE, APICACHE, 2),
    judgeCost(ratio(results, HEADER_POLICY, EXPRESS), ratio(results, EMPTY_MIDDLEWARES, EXPRESS)),
  ]
}

/** Who sends ready bytes in a subject's place. */
const YARDSTICKS = new Map([
  [CACHED_LISTENER, NODE_HTTP],
  [RESPONSE_CACHE, EXPRESS_READY],
])

function yardstickOf(results: Results, subject: string, base: string): string {
  const top = YARDSTICKS.get(subject) ?? ''
  const yardstick = ratio(results, top, base)
  const share = ratio(results, subject, top)
  if (top === base || yardstick === undefined || share === undefined) return ''
  return `ready bytes sent there: x${yardstick.toFixed(2)}, ${(share * 100).toFixed(0)}% of that`
}

function judgeCost(found: number | undefined, empty: number | undefined): Goal {
  const name = 'header policy: costs the Express handler less than 5%'
  if (found === undefined) return { name, measured: '-', verdict: 'not measured', yardstick: '' }
  const cost = 1 - found
  const verdict = cost < 0.05 ? 'met' : 'not met'
  const yardstick = empty === undefined ? '' : `two empty middlewares: ${percent(1 - empty)}`
  return { name, measured: percent(cost), verdict, yardstick }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`
}
