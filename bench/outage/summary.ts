import { type Goal, judge } from '../cache/goal.ts'
import type { Phase } from './options.ts'
import { L2_TIMEOUT_MS, NORMAL_CAP_MS, type StageResult } from './stage.ts'
import { LOAD_MS, type TrafficReport } from './traffic.ts'

export const TRAFFIC_COLUMNS = [
  'hit p50 ms',
  'p99',
  'reloaded',
  'miss p50 ms',
  'p99',
  'max',
  'hanging',
  'errors',
] as const
export const OUTAGE_COLUMNS = [...TRAFFIC_COLUMNS, 'unhandled', 'RSS MB', 'normal after'] as const

const MB = 1_000_000
const RSS_LIMIT = 20 * MB
const NORMAL_LIMIT_MS = 2_000
const MISS_LIMIT_MS = LOAD_MS + L2_TIMEOUT_MS
// A miss waits for two timers, and Node's count whole milliseconds.
const TIMERS_MS = 2
// A hit takes a fraction of this; what decides its p99 is when the collector runs.
const NOISE_MS = 0.1

export function describeTraffic({ hit, miss, reloaded, errors }: TrafficReport): string[] {
  return [
    ...[hit.p50Ms, hit.p99Ms].map((ms) => formatMs(ms, hit.hanging)),
    `${(reloaded * 100).toFixed(1)}%`,
    ...[miss.p50Ms, miss.p99Ms, miss.maxMs].map((ms) => formatMs(ms, miss.hanging)),
    String(hit.hanging + miss.hanging),
    String(errors),
  ]
}

export function describeStage({ fault, unhandled, rssGrowth, normalMs }: StageResult): string[] {
  const normal = normalMs === undefined ? `> ${NORMAL_CAP_MS / 1_000} s` : `${Math.round(normalMs)} ms`
  return [...describeTraffic(fault), String(unhandled), (rssGrowth / MB).toFixed(1), normal]
}

function formatMs(ms: number | undefined, hanging: number): string {
  if (ms === undefined) return hanging > 0 ? 'hangs' : '-'
  return ms.toFixed(ms < 10 ? 3 : 1)
}

/** What a cache has to reach in an outage, and whether it does. */
export function judgeOutage(
  phase: Phase,
  { calm, fault, unhandled, rssGrowth, normalMs }: StageResult,
): Goal[] {
  const ms = (value: number): string => (Number.isFinite(value) ? `${value.toFixed(1)} ms` : 'never')
  const count = (value: number): string => String(value)
  const [before, under] = [calm.hit.p99Ms, fault.hit.p99Ms]
  const slower = before === undefined || under === undefined ? undefined : under - before
  const allowed = Math.max((before ?? 0) * 0.2, NOISE_MS)
  return [
    judge(
      `${phase}: p99 of a hit as before, up to ${allowed.toFixed(2)} ms`,
      slower,
      (x) => x <= allowed + 1e-9,
      (x) => `${x < 0 ? '' : '+'}${x.toFixed(2)} ms`,
    ),
    judge(
      `${phase}: p99 of a miss at most ${MISS_LIMIT_MS} ms, and ${TIMERS_MS} of timers`,
      fault.miss.p99Ms ?? (fault.miss.hanging > 0 ? Infinity : undefined),
      (x) => x <= MISS_LIMIT_MS + TIMERS_MS,
      ms,
    ),
    judge(
      `${phase}: no errors, nothing hangs`,
      fault.errors + fault.hit.hanging + fault.miss.hanging,
      (x) => x === 0,
      count,
    ),
    judge(`${phase}: no unhandled rejections`, unhandled, (x) => x === 0, count),
    judge(
      `${phase}: RSS grows by less than 20 MB`,
      rssGrowth,
      (x) => x < RSS_LIMIT,
      (x) => `${(x / MB).toFixed(1)} MB`,
    ),
    judge(`${phase}: normal at most 2 s after it`, normalMs ?? Infinity, (x) => x <= NORMAL_LIMIT_MS, ms),
  ]
}
