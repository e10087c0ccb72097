import { expect, it } from 'vitest'
import type { HistoryEvent } from './history-event.ts'
import { createRecorder } from './recorder.ts'
import { sharedClock } from './shared-clock.ts'

function makeRecorder() {
  const events: HistoryEvent[] = []
  let nowMs = 0
  const recorder = createRecorder({
    process: 'web-1',
    sink: (event) => events.push(event),
    clock: () => (nowMs += 1),
  })
  return { recorder, events }
}

it('tells what was done and when, and hands the results on', async () => {
  const { recorder, events } = makeRecorder()
  expect(await recorder.write('k', async () => 7)).toBe(7)
  expect(await recorder.invalidate(['k', 'l'], async () => ({ acknowledged: false }))).toEqual({
    acknowledged: false,
  })
  recorder.delivered()
  const describe = (row: { version: number }) => ({ ...row, source: 'loader' })
  expect(await recorder.read('k', async () => ({ version: 7 }), describe)).toEqual({ version: 7 })
  const process = 'web-1'
  expect(events).toEqual([
    { type: 'write', process, key: 'k', version: 7, beganAtMs: 1, endedAtMs: 2 },
    { type: 'invalidation', process, keys: ['k', 'l'], acknowledged: false, beganAtMs: 3, endedAtMs: 4 },
    { type: 'delivery', process, atMs: 5 },
    { type: 'read', process, key: 'k', version: 7, source: 'loader', beganAtMs: 6, endedAtMs: 7 },
  ])
})

it('tells nothing of what failed', async () => {
  const { recorder, events } = makeRecorder()
  await expect(recorder.write('k', () => Promise.reject(new Error('refused')))).rejects.toThrow('refused')
  expect(events).toEqual([])
})

it('has a clock that never runs back, in ms', () => {
  const before = sharedClock()
  const after = sharedClock()
  expect(after).toBeGreaterThanOrEqual(before)
  expect(after - before).toBeLessThan(60_000)
})
