import { expect, test } from 'vitest'
import { type SpeedFigures, l1Measure, l2Measure } from './speed.ts'
import type { SubjectName } from './subjects.ts'
import { type SpeedResults, judgeGoals, medianOf, ratio } from './summary.ts'

const GET = l1Measure('get', 'small', 'uniform')
const GET_OR_SET = l1Measure('getOrSet', 'small', 'uniform')

const figures = (ns: Record<string, number>, trips: Record<string, number> = {}): SpeedFigures => ({
  ns,
  commands: {},
  trips,
})

const results = (all: Partial<Record<SubjectName, readonly SpeedFigures[]>>): SpeedResults =>
  new Map(Object.entries(all) as [SubjectName, readonly SpeedFigures[]][])

test('a figure is the median of its rounds, and nothing where a subject has none', () => {
  const found = results({ bentocache: [figures({ miss: 3 }), figures({ miss: 9 }), figures({ miss: 5 })] })
  expect(medianOf(found, 'bentocache', 'ns', 'miss')).toBe(5)
  expect(medianOf(found, 'bentocache', 'ns', 'set')).toBeUndefined()
  expect(medianOf(found, 'ioredis', 'ns', 'miss')).toBeUndefined()
})

test('a round in which the whole machine was slow does not move a ratio', () => {
  const found = results({
    thermocline: [figures({ get: 20 }), figures({ get: 2_000 }), figures({ get: 20 })],
    'lru-cache': [figures({ get: 10 }), figures({ get: 1_000 }), figures({ get: 10 })],
  })
  const one = { name: 'thermocline', measure: 'get' } as const
  expect(ratio(found, one, { name: 'lru-cache', measure: 'get' })).toBe(2)
  expect(ratio(found, one, { name: 'ioredis', measure: 'get' })).toBeUndefined()
})

test('a goal is met at its limit, not met beyond it, and not measured without both subjects', () => {
  const verdicts = (ours: number, rawUs: number, trips: number, many: number, bytes: number) =>
    judgeGoals(
      results({
        thermocline: [
          figures({ [GET_OR_SET]: ours, [l2Measure(0, 50)]: 1_000 }, { [l2Measure(5, 1)]: trips }),
        ],
        'lru-cache': [figures({ [GET]: 100 })],
        bentocache: [figures({ [GET_OR_SET]: 1_000 })],
        ioredis: [figures({ [l2Measure(0, 50)]: rawUs })],
      }),
      {
        groups: { few: 1, many },
        memory: new Map([
          ['thermocline', bytes],
          ['lru-cache', 300],
        ]),
      },
    )
      .filter(({ verdict }) => verdict !== 'not measured')
      .map(({ measured, verdict }) => `${measured} ${verdict}`)
  expect(verdicts(200, 900, 1, 1.2, 450)).toEqual([
    'x2.00 met',
    'x5.00 met',
    '90.0% met',
    '1.00 met',
    'x1.20 met',
    '150 met',
  ])
  expect(verdicts(201, 899, 2, 1.21, 451)).toEqual([
    'x2.01 not met',
    'x4.98 not met',
    '89.9% not met',
    '2.00 not met',
    'x1.21 not met',
    '151 not met',
  ])
})

test('a group that could not be invalidated is not measured', () => {
  const goal = judgeGoals(results({}), { groups: 'failed: no Redis', memory: new Map() }).find(({ name }) =>
    name.startsWith('group'),
  )
  expect(goal).toMatchObject({ measured: '-', verdict: 'not measured' })
})
