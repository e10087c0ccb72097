import { expect, it } from 'vitest'
import { formatReport } from '../../server/testing/index.ts'
import { runCoherence } from './coherence.ts'

const ARGS = { through: 'processes', processes: 3, seed: 1, maxLagMs: 1_000 } as const
const LIMIT_MS = 300_000

it(
  'processes that share a Redis read nothing stale and lose nothing, whatever is done to it',
  { timeout: LIMIT_MS },
  async () => {
    const { report, faults } = await runCoherence({ ...ARGS, seconds: 10 })
    expect(report.violations).toEqual([])
    expect(report.isCoherent, `${formatReport(report)}; ${faults}`).toBe(true)
    expect(report.maxStalenessMs).toBeLessThanOrEqual(ARGS.maxLagMs)
    // A busy machine does less in ten seconds, but never nothing.
    expect(report.reads).toBeGreaterThan(100)
    expect(report.invalidations).toBeGreaterThan(5)
    expect(faults).not.toBe('')
  },
)

// On a machine that does nothing else, within ten seconds.
it('a cache without its fences is caught', { timeout: LIMIT_MS }, async () => {
  const { report, caughtAfterMs } = await runCoherence({ ...ARGS, seconds: 120, break: 'fence-fill' })
  expect(caughtAfterMs).toBeDefined()
  expect(report.isCoherent).toBe(false)
})
