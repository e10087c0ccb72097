import { describe, expect, it } from 'vitest'
import { checkHistory } from './check-history.ts'
import type { HistoryEvent } from './history-event.ts'
import { createHistory } from './history.ts'
import { describeViolation, formatReport } from './history-report.ts'

const MAX_LAG_MS = 100

const write = (process: string, version: number, beganAtMs: number, endedAtMs: number, key = 'k') =>
  ({ type: 'write', process, key, version, beganAtMs, endedAtMs }) as const

const invalidation = (
  process: string,
  beganAtMs: number,
  endedAtMs: number,
  isQueued = false,
  keys = ['k'],
) => ({ type: 'invalidation', process, keys, beganAtMs, endedAtMs, acknowledged: !isQueued }) as const

const read = (process: string, version: number, beganAtMs: number, key = 'k') =>
  ({ type: 'read', process, key, version, beganAtMs, endedAtMs: beganAtMs + 1, source: 'l1' }) as const

const delivery = (process: string, atMs: number) => ({ type: 'delivery', process, atMs }) as const

/** Version 1 was written in a, and its invalidation acknowledged at 20. */
const CHANGED: readonly HistoryEvent[] = [write('a', 1, 0, 5), invalidation('a', 10, 20)]

const check = (...events: HistoryEvent[]) => checkHistory(events, { maxLagMs: MAX_LAG_MS })

describe('a read in the process that invalidated', () => {
  it('is stale when it began after the answer and saw what was there before', () => {
    const report = check(...CHANGED, read('a', 0, 21))
    expect(report).toMatchObject({ stale: 1, lost: 0, maxStalenessMs: 1, isCoherent: false })
    expect(report.violations.map(describeViolation)).toEqual([
      'stale: a read "k" (l1) at version 0 instead of 1 or later, 1.0 ms after its own invalidation was answered.',
    ])
  })

  it('is stale also when the invalidation only waits for the log', () => {
    expect(check(write('a', 1, 0, 5), invalidation('a', 10, 20, true), read('a', 0, 21)).stale).toBe(1)
  })

  it('may see either version when it began before the answer', () => {
    expect(check(...CHANGED, read('a', 0, 19), read('a', 1, 19), read('a', 0, 20))).toMatchObject({
      stale: 0,
      lost: 0,
      maxStalenessMs: 0,
      isCoherent: true,
    })
  })

  it('may see what is newer than was promised', () => {
    expect(check(...CHANGED, read('a', 1, 50), read('a', 2, 500)).isCoherent).toBe(true)
  })

  it('may miss a write that was not over when the invalidation began', () => {
    expect(check(...CHANGED, write('a', 2, 6, 11), read('a', 1, 500)).isCoherent).toBe(true)
  })

  it('may not miss the write of another process that was over when the invalidation began', () => {
    expect(check(...CHANGED, write('b', 2, 6, 9), read('a', 1, 21)).stale).toBe(1)
  })

  it('is held to the newest of its promises, in whatever order the news came', () => {
    const later: HistoryEvent[] = [invalidation('a', 40, 50), write('a', 2, 30, 35)]
    expect(check(...later, read('a', 1, 51), ...CHANGED).stale).toBe(1)
    expect(check(...later, read('a', 1, 49), ...CHANGED).stale).toBe(0)
  })
})

describe('a read in another process', () => {
  it('may see what was there before for maxLagMs, and the longest time is told', () => {
    expect(check(...CHANGED, read('b', 0, 60), read('b', 0, 120), read('b', 0, 90))).toMatchObject({
      stale: 0,
      lost: 0,
      maxStalenessMs: 100,
      isCoherent: true,
    })
  })

  it('has lost the invalidation when it still does after maxLagMs', () => {
    const report = check(...CHANGED, read('b', 0, 121))
    expect(report).toMatchObject({ stale: 0, lost: 1, maxStalenessMs: 101, isCoherent: false })
    expect(report.violations.map(describeViolation)).toEqual([
      'lost: b read "k" (l1) at version 0 instead of 1 or later, 101.0 ms after the invalidation was acknowledged.',
    ])
  })

  it('counts from the first invalidation that superseded what it saw', () => {
    const later: HistoryEvent[] = [write('a', 2, 100, 105), invalidation('a', 105.5, 110)]
    expect(check(...CHANGED, ...later, read('b', 0, 121)).lost).toBe(1)
    expect(check(...CHANGED, ...later, read('b', 1, 121))).toMatchObject({ lost: 0, maxStalenessMs: 11 })
  })

  it('is promised nothing while the invalidation waits for the log', () => {
    const queued = [write('a', 1, 0, 5), invalidation('a', 10, 20, true)]
    expect(check(...queued, read('b', 0, 5_000)).isCoherent).toBe(true)
  })

  it('is promised what waited from when the log had it', () => {
    const queued = [write('a', 1, 0, 5), invalidation('a', 10, 20, true), delivery('a', 300)]
    expect(check(...queued, delivery('a', 15), read('b', 0, 400))).toMatchObject({
      lost: 0,
      maxStalenessMs: 100,
    })
    expect(check(...queued, read('b', 0, 401)).lost).toBe(1)
    // What another process delivered says nothing of this one.
    expect(check(...queued.slice(0, 2), delivery('b', 300), read('b', 0, 5_000)).lost).toBe(0)
  })

  it('is promised nothing of a key that the invalidation did not cover', () => {
    expect(check(...CHANGED, write('a', 1, 0, 5, 'other'), read('b', 0, 500, 'other')).isCoherent).toBe(true)
    const both = invalidation('a', 10, 20, false, ['k', 'other'])
    expect(check(write('a', 1, 0, 5, 'other'), both, read('b', 0, 500, 'other')).lost).toBe(1)
  })

  it('is given the error of the clocks, where they are not the same', () => {
    const apart = { maxLagMs: MAX_LAG_MS, clockErrorMs: 10 }
    expect(checkHistory([...CHANGED, read('b', 0, 130)], apart).lost).toBe(0)
    expect(checkHistory([...CHANGED, read('b', 0, 131)], apart).lost).toBe(1)
    // The write of another process that seems to have ended just before may have ended after.
    expect(checkHistory([...CHANGED, write('b', 2, 6, 9), read('a', 1, 21)], apart).stale).toBe(0)
    expect(checkHistory([...CHANGED, write('a', 2, 6, 9), read('a', 1, 21)], apart).stale).toBe(1)
  })
})

describe('a report', () => {
  it('reads as one line', () => {
    const report = check(...CHANGED, read('b', 0, 60.2), read('b', 1, 60))
    expect(formatReport(report)).toBe('ops 4 stale 0 lost 0 maxStalenessMs 41')
  })

  it('counts all and shows the first twenty', () => {
    const report = check(...CHANGED, ...Array.from({ length: 30 }, () => read('a', 0, 21)))
    expect(report.stale).toBe(30)
    expect(report.violations).toHaveLength(20)
  })

  it('is the same for what was collected by a history', () => {
    const history = createHistory()
    const events = [...CHANGED, read('b', 0, 500), delivery('a', 1)]
    history.record(events.slice(2))
    events.slice(0, 2).forEach((event) => history.record(event))
    expect(history.size).toBe(4)
    expect([...history]).toHaveLength(4)
    expect(checkHistory(history, { maxLagMs: MAX_LAG_MS })).toEqual(check(...events))
  })
})

describe('what could only pass is refused', () => {
  it.each([
    ['no reads', CHANGED, 'a history that holds no reads'],
    ['no writes', [invalidation('a', 1, 2), read('a', 0, 3)], 'so nothing was promised'],
    ['no invalidations', [write('a', 1, 1, 2), read('a', 0, 3)], 'so nothing was promised'],
    [
      'an invalidation before the write',
      [invalidation('a', 1, 2), write('a', 1, 3, 4), read('a', 0, 5)],
      'so nothing was promised',
    ],
  ] as const)('%s', (_, events, message) => {
    expect(() => check(...events)).toThrow(message)
  })

  it.each([
    [{ maxLagMs: Number.NaN }, '`maxLagMs` of `checkHistory` is NaN. Give milliseconds, 0 or more.'],
    [{ maxLagMs: 1, clockErrorMs: -1 }, '`clockErrorMs` of `checkHistory` is -1.'],
    [{ maxLagMs: 1, maxLag: 2 }, '`checkHistory` has no option `maxLag`.'],
  ])('the options %o', (options, message) => {
    expect(() => checkHistory([...CHANGED, read('a', 1, 30)], options)).toThrow(message)
  })
})
