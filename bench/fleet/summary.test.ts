import { expect, test } from 'vitest'
import { type FleetRound, describeRounds, judgeFleet } from './summary.ts'

const ours: FleetRound = {
  stampede: { originCalls: 1, answered: 800, failed: 0, wallMs: 125, isCapped: false },
  failing: { originCalls: 1, answered: 0, failed: 800, wallMs: 110, isCapped: false },
  dead: { loadsBefore: 0, loadsAfter: 1, nextLoadMs: 2_050, answered: 700, asked: 700 },
  paused: 'refused',
}
const alone: FleetRound = {
  stampede: { originCalls: 8, answered: 790, failed: 10, wallMs: 126, isCapped: false },
  failing: { originCalls: 800, answered: 0, failed: 700, wallMs: 15_000, isCapped: true },
  dead: { loadsBefore: 7, loadsAfter: 0, nextLoadMs: undefined, answered: 600, asked: 700 },
  paused: 'kept',
}
const verdicts = (rounds: readonly FleetRound[]): string[] => judgeFleet(rounds).map(({ verdict }) => verdict)

test('each goal is met at its limit, and missed beyond it', () => {
  expect(new Set(verdicts([ours]))).toEqual(new Set(['met']))
  expect(new Set(verdicts([alone]))).toEqual(new Set(['not met']))
})

test('one bad round in three spoils what is counted; a wall time is the median', () => {
  expect(describeRounds([ours, alone, ours])).toEqual([
    '8',
    '790',
    '125',
    '800',
    '700',
    'hangs > 15000',
    '7',
    '2050',
    '1',
    '600',
    'refused, kept',
  ])
  const byName = new Map(judgeFleet([ours, alone, ours]).map(({ name, verdict }) => [name, verdict]))
  expect(byName.get('800 callers: one origin call')).toBe('not met')
  expect(byName.get('800 callers: at most 125 ms')).toBe('met')
})

test('what could not be tried says why, and is not measured', () => {
  const failed = 'failed: no Redis'
  const round: FleetRound = { stampede: failed, failing: failed, dead: failed, paused: failed }
  expect(describeRounds([round])).toEqual([failed, '', '', failed, '', '', failed, '', '', '', failed])
  expect(new Set(verdicts([round]).slice(0, -1))).toEqual(new Set(['not measured']))
})
