import { expect, test } from 'vitest'
import type { StageResult } from './stage.ts'
import { describeStage, judgeOutage } from './summary.ts'

const good: StageResult = {
  calm: {
    hit: { answered: 9, p50Ms: 0.01, p99Ms: 0.1, hanging: 0 },
    miss: { answered: 9, hanging: 0 },
    reloaded: 0,
    errors: 0,
  },
  fault: {
    hit: { answered: 9, p50Ms: 0.01, p99Ms: 0.12, hanging: 0 },
    miss: { answered: 9, p50Ms: 6, p99Ms: 57, maxMs: 58, hanging: 0 },
    reloaded: 0.1,
    errors: 0,
  },
  unhandled: 0,
  rssGrowth: 19_000_000,
  normalMs: 2_000,
}
const verdicts = (result: StageResult): string[] =>
  judgeOutage('frozen', result).map(({ verdict }) => verdict)

test('each goal is met at its limit', () => {
  expect(new Set(verdicts(good))).toEqual(new Set(['met']))
  expect(describeStage(good)).toEqual([
    '0.010',
    '0.120',
    '10.0%',
    '6.000',
    '57.0',
    '58.0',
    '0',
    '0',
    '0',
    '19.0',
    '2000 ms',
  ])
})

test('each goal is missed beyond it', () => {
  const { normalMs: _, ...rest } = good
  const bad = {
    ...rest,
    fault: {
      ...good.fault,
      hit: { answered: 9, p50Ms: 0.01, p99Ms: 0.13, hanging: 0 },
      miss: { answered: 1, p50Ms: 6, hanging: 3 },
    },
    unhandled: 1,
    rssGrowth: 20_000_000,
  }
  expect(new Set(verdicts(bad))).toEqual(new Set(['not met']))
  expect(describeStage(bad)).toEqual([
    '0.010',
    '0.130',
    '10.0%',
    '6.000',
    'hangs',
    'hangs',
    '3',
    '0',
    '1',
    '20.0',
    '> 15 s',
  ])
})
