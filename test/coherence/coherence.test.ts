import { expect, it } from 'vitest'
import { formatReport } from '../../server/testing/index.ts'
import { runCoherence } from './coherence.ts'

const ARGS = { processes: 3, seed: 1, maxLagMs: 1_000 }
const LIMIT_MS = 120_000

it(
  'processes that share a Redis read nothing stale and lose nothing, whatever is done to it',
  { timeout: LIMIT_MS },
  async () => {
    const { report, faults } = await runCoherence({ ...ARGS, seconds: 10 })
    expect(report.violations).toEqual([])
    expect(report.isCoherent, `${formatReport(report)}; ${faults}`).toBe(true)
    expect(report.maxStalenessMs).toBeLessThanOrEqual(ARGS.maxLagMs)
    expect(report.reads).toBeGreaterThan(1_000)
    expect(report.invalidations).toBeGreaterThan(50)
    expect(faults).not.toBe('')
  },
)

it('a cache without its fences is caught within ten seconds', { timeout: LIMIT_MS }, async () => {
  const { report, caughtAfterMs } = await runCoherence({ ...ARGS, seconds: 10, break: 'fence-fill' })
  expect(caughtAfterMs).toBeLessThan(10_000)
  expect(report.stale).toBeGreaterThan(0)
})
