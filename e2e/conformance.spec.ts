import { expect, test } from '@playwright/test'
import { browserSubject } from '../test/conformance/browser-subject.ts'
import { type ConformanceRun, runConformance } from '../test/conformance/conformance.ts'
import { reportLines } from '../test/conformance/report.ts'
import { REVERSED_SINCE } from '../test/conformance/reversed-since.ts'
import { type Outcome, isPass } from '../test/conformance/scoring.ts'
import { loadSuite } from '../test/conformance/suite.ts'

/** `fetch()` shows these fields to no script, so no worker can store them. */
const HIDDEN = ['Clear-Site-Data', 'Set-Cookie', 'Set-Cookie2'].flatMap((name) => [
  `headers-store-${name}`,
  `304-etag-update-response-${name}`,
])
/** Which required tests of the npm package may fail, and how many of the others pass at least. */
const MAY_FAIL = new Set([...REVERSED_SINCE, ...HIDDEN])
const FLOOR = { optimal: 55, check: 40 }
const TOTALS = { required: 147, optimal: 68, check: 79 }

const RUN_LIMIT_MS = 1_200_000

test('the drop-in passes http-cache-tests', async () => {
  test.setTimeout(RUN_LIMIT_MS)
  const run = await runPaused(250)
  const report = await reportOf(run)
  expect(
    failedRequired(run, (outcome) => !isPass(outcome)),
    report,
  ).toEqual([])
  const { required, optimal, check } = run.score
  expect({ required: required.total, optimal: optimal.total, check: check.total }).toEqual(TOTALS)
  expect(optimal.passed, report).toBeGreaterThanOrEqual(FLOOR.optimal)
  expect(check.passed, report).toBeGreaterThanOrEqual(FLOOR.check)
})

// What is asked for while it is being stored may go to the origin, so what needs a stored response says nothing then.
test('and breaks none of its rules when it is asked again while it stores', async () => {
  test.setTimeout(RUN_LIMIT_MS)
  const run = await runPaused(0)
  expect(
    failedRequired(run, (outcome) => outcome === 'fail'),
    await reportOf(run),
  ).toEqual([])
})

async function runPaused(pauseMs: number): Promise<ConformanceRun> {
  const suite = await loadSuite(undefined)
  return await runConformance({
    suite,
    subject: browserSubject({ worker: 'drop-in', pauseMs }),
    isPatient: true,
  })
}

async function reportOf(run: ConformanceRun): Promise<string> {
  return reportLines(await loadSuite(undefined), run, false).join('\n')
}

function failedRequired(run: ConformanceRun, isFailure: (outcome: Outcome) => boolean): string[] {
  return run.tests
    .filter(({ id, kind, outcome }) => kind === 'required' && isFailure(outcome) && !MAY_FAIL.has(id))
    .map(({ id }) => id)
}
