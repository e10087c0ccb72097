import { describe, expect, it } from 'vitest'
import { type Result, type Results, countScore, outcomeOf, scoreTest, withDependencies } from './scoring.ts'
import type { SuiteTest } from './suite.ts'

const FAILED: Result = ['Assertion', 'Response 2 does not come from cache']
const TESTS: readonly SuiteTest[] = [
  { id: 'root', name: 'Required, by default' },
  { id: 'child', name: 'Optimal', kind: 'optimal', depends_on: ['root'] },
  { id: 'grandchild', name: 'Check', kind: 'check', depends_on: ['child'] },
  { id: 'asked', name: 'Check that a required test depends on', kind: 'check' },
  { id: 'answer', name: 'Required', kind: 'required', depends_on: ['asked'] },
]
const tests = new Map(TESTS.map((test) => [test.id, test]))
const passing: Results = { root: true, child: true, grandchild: true, asked: true, answer: true }
const outcomes = (results: Results): string[] => TESTS.map((test) => outcomeOf(tests, test.id, results))

describe('the verdict on a test', () => {
  it('is a pass for required and optimal tests, and a yes for a check', () => {
    expect(outcomes(passing)).toEqual(['pass', 'pass', 'yes', 'yes', 'pass'])
  })

  it('tells a failure of each kind by its own name', () => {
    expect(outcomes({ ...passing, grandchild: FAILED })).toEqual(['pass', 'pass', 'no', 'yes', 'pass'])
    expect(outcomes({ ...passing, child: FAILED }).slice(0, 2)).toEqual(['pass', 'optional_fail'])
    expect(outcomeOf(tests, 'answer', { ...passing, answer: FAILED })).toBe('fail')
  })

  it('is a failed dependency for all that depend on a failure, directly or not, whatever they found themselves', () => {
    expect(outcomes({ ...passing, root: FAILED }).slice(0, 3)).toEqual([
      'fail',
      'dependency_fail',
      'dependency_fail',
    ])
  })

  it('is a failed dependency for a required test when the check before it says no', () => {
    expect(outcomes({ ...passing, asked: FAILED }).slice(3)).toEqual(['no', 'dependency_fail'])
  })

  it('is a failed dependency when what it depends on was not run', () => {
    expect(outcomeOf(tests, 'child', { child: true })).toBe('dependency_fail')
  })

  it('does not blame the cache for a test that could not be set up', () => {
    expect(outcomeOf(tests, 'root', { root: ['Setup', 'PUT config resulted in 502'] })).toBe('setup_fail')
    expect(outcomeOf(tests, 'root', { root: ['Setup', 'retry'] })).toBe('retry')
  })

  it('is a failure when the connection broke', () => {
    expect(outcomeOf(tests, 'root', { root: ['TypeError', 'fetch failed'] })).toBe('fail')
  })

  it('is untested without a result, and for a test that is not for proxies', () => {
    expect(outcomeOf(tests, 'root', {})).toBe('untested')
    expect(outcomeOf(tests, 'elsewhere', { elsewhere: true })).toBe('untested')
  })
})

describe('the reason', () => {
  const reason = (id: string, results: Results): string =>
    scoreTest(tests, tests.get(id) as SuiteTest, results).reason

  it('is what the client saw, on one line, with the name of an unexpected error', () => {
    expect(reason('root', passing)).toBe('')
    expect(reason('root', { root: ['Assertion', 'Response body is "a\n b"'] })).toBe('Response body is "a b"')
    expect(reason('root', { root: ['TypeError', 'fetch failed'] })).toBe('TypeError: fetch failed')
  })

  it('names the dependency that failed', () => {
    expect(reason('child', { ...passing, root: FAILED })).toBe('It needs root: fail.')
  })
})

describe('the score', () => {
  it('counts only passes and yeses, of all tests of a kind', () => {
    const results: Results = { ...passing, asked: FAILED }
    expect(countScore(TESTS.map((test) => scoreTest(tests, test, results)))).toEqual({
      required: { passed: 1, total: 2 },
      optimal: { passed: 1, total: 1 },
      check: { passed: 1, total: 2 },
    })
  })
})

it('a choice of tests takes along all that they depend on', () => {
  expect([...withDependencies(tests, ['grandchild', 'child'])]).toEqual(['grandchild', 'child', 'root'])
})
