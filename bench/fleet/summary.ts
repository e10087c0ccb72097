import { type Goal, judge } from '../cache/goal.ts'
import { median } from '../median.ts'
import type { DeadHolder } from './dead-holder.ts'
import { CALLERS, NODES, ORIGIN_MS, type Stampede } from './stampede.ts'

/** What one cache did in one round; a text says why it could not be tried. */
export interface FleetRound {
  readonly stampede: Stampede | string
  readonly failing: Stampede | string
  readonly dead: DeadHolder | string
  readonly paused: string
}

/** How long a lease lives that nobody renews: the default of `createTieredCache`. */
export const LEASE_MS = 2_000

const ALL = NODES * CALLERS

/** The cells of one cache: medians of times, the worst of counts. */
export function describeRounds(rounds: readonly FleetRound[]): string[] {
  return [
    ...describeStampedes(
      rounds.map(({ stampede }) => stampede),
      'answered',
    ),
    ...describeStampedes(
      rounds.map(({ failing }) => failing),
      'failed',
    ),
    ...describeDead(rounds.map(({ dead }) => dead)),
    [...new Set(rounds.map(({ paused }) => paused))].join(', '),
  ]
}

function describeStampedes(tries: readonly (Stampede | string)[], told: 'answered' | 'failed'): string[] {
  const problem = tries.find((found) => typeof found === 'string')
  if (problem !== undefined) return [problem, '', '']
  const done = tries.filter((found) => typeof found === 'object')
  const walls = done.map(({ wallMs }) => Math.round(wallMs))
  return [
    String(Math.max(...done.map(({ originCalls }) => originCalls))),
    String(Math.min(...done.map((found) => found[told]))),
    done.some(({ isCapped }) => isCapped) ? `hangs > ${Math.max(...walls)}` : String(median(walls)),
  ]
}

function describeDead(tries: readonly (DeadHolder | string)[]): string[] {
  const problem = tries.find((found) => typeof found === 'string')
  if (problem !== undefined) return [problem, '', '', '']
  const done = tries.filter((found) => typeof found === 'object')
  const next = done.flatMap(({ nextLoadMs }) => nextLoadMs ?? [])
  return [
    String(Math.max(...done.map(({ loadsBefore }) => loadsBefore))),
    next.length === 0 ? '-' : String(Math.round(Math.max(...next))),
    String(Math.max(...done.map(({ loadsAfter }) => loadsAfter))),
    String(Math.min(...done.map(({ answered }) => answered))),
  ]
}

/** What the fleet has to reach, and whether our worst round does. */
export function judgeFleet(rounds: readonly FleetRound[]): Goal[] {
  const stampedes = rounds.flatMap(({ stampede }) => (typeof stampede === 'object' ? stampede : []))
  const failing = rounds.flatMap(({ failing }) => (typeof failing === 'object' ? failing : []))
  const dead = rounds.flatMap(({ dead }) => (typeof dead === 'object' ? dead : []))
  const count = (value: number): string => String(value)
  const ms = (value: number): string => (Number.isFinite(value) ? `${Math.round(value)} ms` : 'never')
  const [wallLimit, loadLimit] = [ORIGIN_MS + 25, LEASE_MS + 50]
  return [
    judge(
      `${ALL} callers: one origin call`,
      most(stampedes.map(({ originCalls }) => originCalls)),
      (x) => x === 1,
      count,
    ),
    judge(
      `${ALL} callers: at most ${wallLimit} ms`,
      middle(stampedes.map(({ wallMs }) => wallMs)),
      (x) => x <= wallLimit,
      ms,
    ),
    judge(
      'failing loader: one origin call',
      most(failing.map(({ originCalls }) => originCalls)),
      (x) => x === 1,
      count,
    ),
    judge(
      'failing loader: all callers are told',
      least(failing.map(({ failed }) => failed)),
      (x) => x === ALL,
      count,
    ),
    judge(
      `holder killed: the next load within ${loadLimit} ms`,
      most(dead.map(({ nextLoadMs }) => nextLoadMs ?? Infinity)),
      (x) => x <= loadLimit,
      ms,
    ),
    judge(
      'holder killed: one more load',
      most(dead.map(({ loadsBefore, loadsAfter }) => loadsBefore + loadsAfter)),
      (x) => x === 1,
      count,
    ),
    judge(
      'holder killed: callers without a value',
      most(dead.map(({ asked, answered }) => asked - answered)),
      (x) => x === 0,
      count,
    ),
    judge(
      'paused holder: late writes that were kept',
      rounds.filter(({ paused }) => paused !== 'refused').length,
      (x) => x === 0,
      count,
    ),
  ]
}

function most(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values)
}

function least(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.min(...values)
}

function middle(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : median(values)
}
