import { describe, expect, it } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

const NOW = Date.parse('2026-11-22T16:00:00Z')

describe('how long a vendor wants one to wait', () => {
  it.each([
    [{}, undefined],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': '1.5' }, undefined],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': ' 30 ' }, 30_000],
    [{ 'retry-after': '999999999999' }, 3_600_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 16:00:45 GMT' }, 45_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 15:00:00 GMT' }, 0],
    [{ 'retry-after': 'Sun, 22 Nov 2026 16:00:45 GMT', date: 'Sun, 22 Nov 2026 16:00:15 GMT' }, 30_000],
    [{ 'retry-after': 'Mon, 22 Nov 2027 16:00:00 GMT' }, 3_600_000],
  ])('is read from %j', (fields, ms) => {
    expect(retryAfterMs(new Headers(fields as Record<string, string>), NOW)).toBe(ms)
  })
})
