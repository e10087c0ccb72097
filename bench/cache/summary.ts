import { median } from '../median.ts'
import { type Goal, judge } from './goal.ts'
import type { GroupRow } from './groups.ts'
import {
  GET_MANY,
  GET_OR_SET_MANY,
  GROUP_COUNTS,
  IN_TURN,
  type SpeedFigures,
  l1Measure,
  l2Measure,
} from './speed.ts'
import type { SubjectName } from './subjects.ts'

/** What each subject came to: one set of figures for each round, in order. */
export type SpeedResults = ReadonlyMap<SubjectName, readonly SpeedFigures[]>

/** The median of one figure over the rounds; `undefined` where the subject has no such thing. */
export function medianOf(
  results: SpeedResults,
  name: SubjectName,
  kind: keyof SpeedFigures,
  measure: string,
): number | undefined {
  const all = (results.get(name) ?? []).flatMap((figures) => figures[kind][measure] ?? [])
  return all.length === 0 ? undefined : median(all)
}

/** One thing measured of one subject. */
export interface Figure {
  readonly name: SubjectName
  readonly measure: string
}

/**
 * How many times longer the first takes than the second: the median of the ratios within each round, not the ratio of the
 * medians, since what slows the machine in a round slows both.
 */
export function ratio(results: SpeedResults, one: Figure, other: Figure): number | undefined {
  const others = results.get(other.name) ?? []
  const ratios = (results.get(one.name) ?? []).flatMap((round, index) => {
    const [above, below] = [round.ns[one.measure], others[index]?.ns[other.measure]]
    return above === undefined || below === undefined ? [] : [above / below]
  })
  return ratios.length === 0 ? undefined : median(ratios)
}

const OURS = 'thermocline'
const small = (method: string): string => l1Measure(method, 'small', 'uniform')

/** What was measured besides speed. */
export interface OtherFigures {
  readonly groups: GroupRow | string | undefined
  /** Bytes of heap an entry, by subject. */
  readonly memory: ReadonlyMap<SubjectName, number | string>
}

/** What the cache has to reach, and whether it does. */
export function judgeGoals(results: SpeedResults, { groups, memory }: OtherFigures): Goal[] {
  const ours = (measure: string): Figure => ({ name: OURS, measure })
  const bare: Figure = { name: 'lru-cache', measure: small('get') }
  const bento: Figure = { name: 'bentocache', measure: small('getOrSet') }
  const few = (value: number): string => value.toFixed(2)
  const percent = (value: number): string => `${(value * 100).toFixed(1)}%`
  const trips = GROUP_COUNTS.map((count) => medianOf(results, OURS, 'trips', l2Measure(count, 1)))
  const [bytes, bareBytes] = [memory.get(OURS), memory.get('lru-cache')]
  return [
    judge(
      'L1 hit, getOrSet: at most x2 of an awaited lru-cache get',
      ratio(results, ours(small('getOrSet')), bare),
      (x) => x <= 2,
      (x) => `x${few(x)}`,
    ),
    judge(
      'L1 hit, get: at most x2 of an awaited lru-cache get',
      ratio(results, ours(small('get')), bare),
      (x) => x <= 2,
      (x) => `x${few(x)}`,
    ),
    judge(
      'L1 hit: at least x5 faster than bentocache',
      ratio(results, bento, ours(small('getOrSet'))),
      (x) => x >= 5,
      (x) => `x${few(x)}`,
    ),
    ...[1, 50].map((concurrency) => {
      const measure = l2Measure(0, concurrency)
      const share = ratio(results, { name: 'ioredis', measure }, ours(measure))
      return judge(
        `L2 hit, ${concurrency} at once: at least 90% of a raw GET`,
        share,
        (x) => x >= 0.9,
        percent,
      )
    }),
    ...GROUP_COUNTS.map((count, index) =>
      // A heartbeat may fall into the count.
      judge(`L2 hit with ${count} groups: one round trip`, trips[index], (x) => x >= 0.99 && x < 1.05, few),
    ),
    judge(
      'group invalidation: many entries at most x1.2 of few',
      typeof groups === 'object' ? groups.many / groups.few : undefined,
      (x) => x <= 1.2,
      (x) => `x${few(x)}`,
    ),
    ...[GET_MANY, GET_OR_SET_MANY].map((measure) =>
      judge(
        `${measure}: at most 2 round trips`,
        medianOf(results, OURS, 'trips', measure),
        (x) => x < 2.05,
        few,
      ),
    ),
    judge(
      `${GET_MANY}: at least x20 faster than ${IN_TURN}`,
      ratio(results, ours(IN_TURN), ours(GET_MANY)),
      (x) => x >= 20,
      (x) => `x${few(x)}`,
    ),
    judge(
      'L1: at most 150 bytes an entry over lru-cache',
      typeof bytes === 'number' && typeof bareBytes === 'number' ? bytes - bareBytes : undefined,
      (x) => x <= 150,
      (x) => String(Math.round(x)),
    ),
  ]
}
