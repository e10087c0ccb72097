import { expect, test } from 'vitest'
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
import { judgeGoals, ratio, summarize } from './summary.ts'

const rounds = (...rates: readonly number[]): LoadResult[] =>
  rates.map((rate) => ({
    requests: rate,
    requestsPerSecond: rate,
    p50Ms: rate / 10,
    p99Ms: rate / 5,
    failures: 0,
  }))

test('a row holds the medians of its rounds', () => {
  const [row] = summarize(new Map([[EXPRESS, rounds(300, 100, 200)]]))
  expect(row).toEqual({
    name: EXPRESS,
    requestsPerSecond: 200,
    toExpress: 1,
    toNodeHttp: undefined,
    p50Ms: 20,
    p99Ms: 40,
  })
})

test('a round in which the whole machine was slow does not move a ratio', () => {
  const results = new Map([
    [EXPRESS, rounds(100, 10, 100)],
    [NODE_HTTP, rounds(500, 50, 500)],
  ])
  expect(ratio(results, NODE_HTTP, EXPRESS)).toBe(5)
})

test('a goal is met at its limit, not met below it, and not measured without both subjects', () => {
  const verdicts = (listener: number, policy: number) =>
    judgeGoals(
      new Map([
        [EXPRESS, rounds(100)],
        [NODE_HTTP, rounds(700)],
        [CACHED_LISTENER, rounds(listener)],
        [HEADER_POLICY, rounds(policy)],
        [APICACHE, rounds(90)],
      ]),
    ).map(({ measured, verdict }) => `${measured} ${verdict}`)
  expect(verdicts(500, 96)).toEqual([
    'x5.00 met',
    'x0.71 met',
    '- not measured',
    '- not measured',
    '4.0% met',
  ])
  expect(verdicts(489, 95)).toEqual([
    'x4.89 not met',
    'x0.70 not met',
    '- not measured',
    '- not measured',
    '5.0% not met',
  ])
})

test('the middleware is held against the handler and against apicache', () => {
  const goals = judgeGoals(
    new Map([
      [EXPRESS, rounds(100)],
      [APICACHE, rounds(90)],
      [RESPONSE_CACHE, rounds(170)],
    ]),
  )
  expect(goals.filter(({ verdict }) => verdict !== 'not measured')).toMatchObject([
    { measured: 'x1.70', verdict: 'met' },
    { measured: 'x1.89', verdict: 'not met' },
  ])
})

test('beside a goal stands what something that decides nothing comes to in the same place', () => {
  const yardsticks = judgeGoals(
    new Map([
      [EXPRESS, rounds(100)],
      [APICACHE, rounds(160)],
      [RESPONSE_CACHE, rounds(150)],
      [EXPRESS_READY, rounds(200)],
      [CACHED_LISTENER, rounds(600)],
      [NODE_HTTP, rounds(800)],
      [HEADER_POLICY, rounds(90)],
      [EMPTY_MIDDLEWARES, rounds(96)],
    ]),
  ).map(({ yardstick }) => yardstick)
  expect(yardsticks).toEqual([
    'ready bytes sent there: x8.00, 75% of that',
    '',
    'ready bytes sent there: x2.00, 75% of that',
    'ready bytes sent there: x1.25, 75% of that',
    'two empty middlewares: 4.0%',
  ])
})
