import { beforeAll, describe, expect, it } from 'vitest'
import { chooseTests } from './arguments.ts'
import { type ConformanceRun, runConformance } from './conformance.ts'
import { reportLines } from './report.ts'
import { REVERSED_SINCE } from './reversed-since.ts'
import { isPass } from './scoring.ts'
import { type Profile, SUBJECTS } from './subjects.ts'
import { type Suite, loadSuite } from './suite.ts'

/** Which required tests of the npm package fail, and how many of the others pass at least. */
const EXPECTED: Record<Profile, { failing: readonly string[]; optimal: number; check: number }> = {
  rfc9111: { failing: REVERSED_SINCE, optimal: 77, check: 43 },
  // It stores no response that sets a cookie.
  safe: {
    failing: [...REVERSED_SINCE, 'headers-store-Set-Cookie', '304-etag-update-response-Set-Cookie'],
    optimal: 75,
    check: 37,
  },
}
const TOTALS = { required: 157, optimal: 86, check: 86 }

const RUN_LIMIT_MS = 1_200_000

let suite: Suite
beforeAll(async () => {
  suite = await loadSuite(undefined)
})

describe.concurrent('our cache, by http-cache-tests', () => {
  it.for(['rfc9111', 'safe'] as const)(
    'with the profile %s',
    { timeout: RUN_LIMIT_MS },
    async (profile, { onTestFailed }) => {
      const run = await runConformance({ suite, subject: SUBJECTS.server(profile), isPatient: true })
      onTestFailed(() => {
        process.stderr.write(`${reportLines(suite, run, false).join('\n')}\n`)
      })
      const { failing, optimal, check } = EXPECTED[profile]
      expect(failedRequired(run)).toEqual(failing)
      expect(totals(run)).toEqual(TOTALS)
      expect(run.score.optimal.passed).toBeGreaterThanOrEqual(optimal)
      expect(run.score.check.passed).toBeGreaterThanOrEqual(check)
    },
  )
})

it('no cache at all passes what must not be reused, and fails the rest again when run alone', async () => {
  const subject = SUBJECTS.none()
  const ids = chooseTests(suite, subject, { suite: 'auth' }) ?? []
  const run = await runConformance({ suite, subject, ids })
  const passed = run.tests.filter((test) => isPass(test.outcome)).map((test) => test.id)
  expect(passed).toEqual(['other-authorization'])
  expect(run.reruns.map((rerun) => rerun.isPassed)).toEqual([false, false, false])
})

function failedRequired(run: ConformanceRun): string[] {
  return run.tests.filter((test) => test.kind === 'required' && !isPass(test.outcome)).map((test) => test.id)
}

function totals({ score }: ConformanceRun): typeof TOTALS {
  return { required: score.required.total, optimal: score.optimal.total, check: score.check.total }
}
