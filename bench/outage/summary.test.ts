import { expect, test } from 'vitest'
import type { StageResult } from './stage.ts'
import { describeStage, judgeOutage } from './summary.ts'

const good: StageResult = {
  calm: {
    hit: { answered: 9, p50Ms: 0.01, p99Ms: 1, hanging: 0 },
    miss: { answered: 9, hanging: 0 },
    reloaded: 0,
    errors: 0,
  },
  fault: {
    hit: { answered: 9, p50Ms: 0.01, p99Ms: 1.2, hanging: 0 },
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
    '1.200',
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
      hit: { answered: 9, p50Ms: 0.01, p99Ms: 1.21, hanging: 0 },
      miss: { answered: 1, p50Ms: 6, hanging: 3 },
    },
    unhandled: 1,
    rssGrowth: 20_000_000,
  }
  expect(new Set(verdicts(bad))).toEqual(new Set(['not met']))
  expect(describeStage(bad)).toEqual([
    '0.010',
    '1.210',
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

test('a tenth of a millisecond more is no slower hit', () => {
  const calm = { ...good.calm, hit: { answered: 9, p50Ms: 0.01, p99Ms: 0.1, hanging: 0 } }
  const hit = (p99Ms: number) => ({ ...good.fault, hit: { answered: 9, p50Ms: 0.01, p99Ms, hanging: 0 } })
  expect(verdicts({ ...good, calm, fault: hit(0.2) })[0]).toBe('met')
  expect(verdicts({ ...good, calm, fault: hit(0.21) })[0]).toBe('not met')
})
