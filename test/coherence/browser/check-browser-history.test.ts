import { expect, it } from 'vitest'
import { BrowserHistory } from './browser-history.ts'
import {
  checkBrowserHistory,
  describeBrowserViolation,
  formatBrowserReport,
} from './check-browser-history.ts'
import type { PageEvent, ReadSource } from './page.ts'

const LIMITS = { catchUpLagMs: 1_000, lostAfterMs: 5_000 }
const KEY = 'hot:0'

/** Version 2 is committed at 10 s and its invalidation acknowledged at 10.1 s; one tab sees the rest. */
function after(...events: readonly PageEvent[]): BrowserHistory {
  const history = new BrowserHistory()
  const times = (beganAtMs: number, endedAtMs: number) => ({ process: 'server', beganAtMs, endedAtMs })
  history.recordServer([
    { type: 'write', key: KEY, version: 2, ...times(9_990, 10_000) },
    { type: 'invalidation', keys: [KEY], acknowledged: true, ...times(10_010, 10_100) },
  ])
  history.recordTab('browser', 'tab', events)
  return history
}

const read = (version: number, atMs: number, source: ReadSource = 'store'): PageEvent => [
  'read',
  KEY,
  version,
  atMs,
  atMs + 1,
  source,
]

const rulesOf = (history: BrowserHistory) =>
  checkBrowserHistory(history, LIMITS).violations.map(({ rule }) => rule)

it('what a page has not been told of may be old for a while', () => {
  const report = checkBrowserHistory(after(read(1, 12_000), read(2, 12_100)), LIMITS)
  expect(report).toMatchObject({
    stale: 0,
    lost: 0,
    maxStalenessMs: 1_900,
    isCoherent: true,
    reads: 2,
    ops: 4,
  })
})

it('a page that was told is not given what was there before, with a network or without', () => {
  const told: PageEvent = ['told', KEY, 2, 10_150]
  expect(rulesOf(after(told, read(1, 10_151)))).toEqual(['told'])
  expect(rulesOf(after(told, read(1, 10_151, 'disconnected')))).toEqual(['told'])
  expect(rulesOf(after(read(1, 10_149), told, read(2, 10_151)))).toEqual([])
})

it('what one tab is told is not held against the others', () => {
  const history = after(['told', KEY, 2, 10_150])
  history.recordTab('browser', 'other tab', [read(1, 10_200)])
  expect(rulesOf(history)).toEqual([])
})

it('a browser that noticed that the network was away has caught up when it answers as before', () => {
  expect(rulesOf(after(['failed', 11_200], read(1, 11_300)))).toEqual(['caught-up'])
  expect(rulesOf(after(['everything', 11_200], read(1, 11_300)))).toEqual(['caught-up'])
  expect(rulesOf(after(read(1, 11_200, 'disconnected'), read(1, 11_300)))).toEqual(['caught-up'])
  // A server may be behind the log by that much.
  expect(rulesOf(after(['failed', 11_000], read(1, 11_300)))).toEqual([])
  expect(rulesOf(after(['failed', 11_200], read(1, 11_300, 'disconnected')))).toEqual([])
})

it('nothing is old for longer than the limit, except where the answer says that the network is away', () => {
  expect(rulesOf(after(read(1, 15_050)))).toEqual([])
  expect(rulesOf(after(read(1, 15_200)))).toEqual(['lost'])
  expect(rulesOf(after(read(1, 15_200, 'disconnected')))).toEqual([])
})

it('a tab that follows is told of every row that is invalidated, or of everything', () => {
  const follows: PageEvent = ['follows', 10_050]
  expect(rulesOf(after(follows, read(2, 20_150)))).toEqual(['unheard'])
  expect(rulesOf(after(follows, read(2, 20_050)))).toEqual([])
  expect(rulesOf(after(follows, ['told', KEY, 2, 10_200], read(2, 20_150)))).toEqual([])
  expect(rulesOf(after(follows, ['everything', 10_200], read(2, 20_150)))).toEqual([])
  expect(rulesOf(after(['follows', 10_150], read(2, 20_250)))).toEqual([])
})

it('counts apart what was old while something was being done', () => {
  const history = after(read(1, 12_000))
  history.recordFault(['browser'], 11_000, 11_500)
  const report = checkBrowserHistory(history, LIMITS)
  expect(report).toMatchObject({ maxStalenessMs: 0, maxStalenessCutMs: 1_900 })
  expect(formatBrowserReport(report)).toContain('ops 3 stale 0 lost 0 maxStalenessMs 0 (cut off: 1900)')
})

it('says what was wrong', () => {
  const [violation] = checkBrowserHistory(after(read(1, 15_200)), LIMITS).violations
  expect(violation && describeBrowserViolation(violation)).toBe(
    'lost: tab read "hot:0" (store) at version 1 instead of 2 or later, 5100 ms after the invalidation was acknowledged.',
  )
})
