import { expect, it } from 'vitest'
import type { ConformanceRun } from './conformance.ts'
import { reportLines } from './report.ts'
import type { Suite } from './suite.ts'

const suite: Suite = {
  label: 'http-cache-tests 1.0.0 (npm)',
  root: '/suite',
  engine: '/suite',
  sets: [
    {
      id: 'vary',
      name: 'Vary',
      tests: [
        { id: 'a', name: 'A' },
        { id: 'b', name: 'B', kind: 'check' },
      ],
    },
  ],
}
const run: ConformanceRun = {
  suite: suite.label,
  subject: 'none',
  score: {
    required: { passed: 0, total: 1 },
    optimal: { passed: 0, total: 0 },
    check: { passed: 0, total: 1 },
  },
  tests: [
    { id: 'a', kind: 'required', outcome: 'fail', reason: 'Response 2 comes from cache' },
    { id: 'b', kind: 'check', outcome: 'no', reason: 'Response 2 does not come from cache' },
  ],
  reruns: [],
  notRerun: 0,
  logs: {},
}

it('names the suite and the subject first, then what failed, and the score last', () => {
  expect(reportLines(suite, run, false)).toEqual([
    'http-cache-tests 1.0.0 (npm), 2 tests. Subject: none.',
    'required a [vary] fail: Response 2 comes from cache',
    'required 0/1 optimal 0/0 check 0/1',
  ])
})

it('lists the checks that say no when it is to be verbose', () => {
  expect(reportLines(suite, run, true)).toContain('check b [vary] no: Response 2 does not come from cache')
})

it('puts what went over the wire under the test that failed', () => {
  const lines = reportLines(suite, { ...run, logs: { a: '=== Client request 1\n    GET /\n\n' } }, false)
  expect(lines.slice(2, 4)).toEqual(['    === Client request 1', '        GET /'])
})

it('says what was run again and what was not', () => {
  const reruns = [
    { id: 'a', isPassed: false },
    { id: 'c', isPassed: true },
  ]
  expect(reportLines(suite, { ...run, reruns, notRerun: 40 }, false).slice(2, 5)).toEqual([
    'Failed in the crowd, passed when run again alone: c.',
    'Failed again when run alone: a.',
    '40 failures: not run again, as more than 30 are no noise.',
  ])
})
