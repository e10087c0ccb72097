import { runBrowserCoherence } from '../test/coherence/browser/browser-coherence.ts'
import { formatBrowserReport } from '../test/coherence/browser/check-browser-history.ts'
import { expect, test } from '@playwright/test'

const OPTIONS = { browsers: 2, processes: 2, seed: 1, maxLagMs: 1_000, rows: 'both' } as const

test('pages read nothing stale and lose nothing, whatever is done to the network, the workers and the servers', async () => {
  test.slow()
  const { faults, report, unhealed } = await runBrowserCoherence({ ...OPTIONS, seconds: 20 })
  console.log(`${formatBrowserReport(report)}\nfaults: ${faults}`)
  expect(report.violations).toEqual([])
  expect(unhealed).toEqual([])
  expect(report.stale + report.lost).toBe(0)
  // A busy machine does less in that time, but never nothing.
  expect(report.fromStore).toBeGreaterThan(50)
  expect(report.told).toBeGreaterThan(50)
  expect(faults).not.toBe('')
})

test('a worker that does not let go is caught', async () => {
  test.slow()
  const { caughtAfterMs, report } = await runBrowserCoherence({
    ...OPTIONS,
    seconds: 120,
    break: 'worker-groups',
  })
  expect(caughtAfterMs).toBeDefined()
  expect(report.isCoherent).toBe(false)
})
