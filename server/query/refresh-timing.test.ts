import { describe, expect, it } from 'vitest'
import { refreshDueMs, refreshRetryMs } from './refresh-timing.ts'

describe('a refresh', () => {
  it.each([
    ['once it is quiet', { firstMs: 0, lastMs: 0 }, 5_000],
    ['later where more changes', { firstMs: 0, lastMs: 3_000 }, 8_000],
    ['in the end where it never is quiet', { firstMs: 0, lastMs: 59_000 }, 60_000],
  ])('is due %s', (_, heard, dueMs) => {
    expect(refreshDueMs(heard, { debounceMs: 5_000, maxDelayMs: 60_000 })).toBe(dueMs)
  })

  it('that fails is tried less and less often, and not by all at once', () => {
    expect([1, 2, 3, 20].map((failures) => refreshRetryMs(failures, 1))).toEqual([
      1_000, 2_000, 4_000, 60_000,
    ])
    expect(refreshRetryMs(1, 0)).toBe(500)
  })
})
