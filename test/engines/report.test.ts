import { describe, expect, test } from 'vitest'
import { type CaseResult, isAsDeclared, progressLine, reportLines } from '../../e2e/engines/report.ts'

const PASSED: CaseResult = { subject: 'ranges', name: 'a part' }
const FAILED: CaseResult = { ...PASSED, error: 'Got 200, not 206.' }
const LACKING: CaseResult = { ...FAILED, lacks: 'It can’t.' }
const SURPRISING: CaseResult = { ...PASSED, lacks: 'It can’t.' }

describe('what counts as it should', () => {
  test.each([
    ['a case that passes', PASSED, true],
    ['a failure that nobody declared', FAILED, false],
    ['a failure that was declared', LACKING, true],
    ['a case that passes though it was declared to fail', SURPRISING, false],
  ])('%s', (_what, result, expected) => {
    expect(isAsDeclared(result)).toBe(expected)
  })
})

test('the end of the report has figures for each engine, reasons, and one plain line', () => {
  const lines = reportLines([
    { engine: 'chromium', version: '1.2', seconds: 3.4, cases: [PASSED, FAILED] },
    { engine: 'webkit', version: '5.6', seconds: 7.8, cases: [PASSED, LACKING, SURPRISING] },
  ])
  expect(lines).toEqual([
    'chromium 1/2 (1.2, 3 s)',
    '  FAILED ranges: a part',
    '    Got 200, not 206.',
    'webkit 2/3 (5.6, 8 s)',
    '  lacks  ranges: a part',
    '    It can’t.',
    '  FAILED ranges: a part',
    '    It passed, though it was declared as lacking: It can’t.',
    '',
    'chromium 1/2, webkit 2/3',
    '3 passed, 2 failed',
  ])
})

test('a line of progress says how a case went, and why not', () => {
  expect(progressLine(PASSED)).toBe('ok     ranges: a part')
  expect(progressLine(FAILED)).toBe('FAILED ranges: a part\n    Got 200, not 206.')
  expect(progressLine(LACKING)).toMatch(/^lacks {2}ranges/)
  expect(progressLine(SURPRISING)).toMatch(/^FAILED ranges/)
})
