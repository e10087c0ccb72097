import { expect, it } from 'vitest'
import type { HistoryEvent } from './history-event.ts'
import { createHistory } from './history.ts'

const read: HistoryEvent = {
  type: 'read',
  process: 'a',
  key: 'k',
  version: 3,
  beganAtMs: 1.25,
  endedAtMs: 2.5,
}

it('gives back what it was given', () => {
  const history = createHistory()
  const events: HistoryEvent[] = [
    { type: 'write', process: 'a', key: 'k', version: 3, beganAtMs: 0, endedAtMs: 1 },
    { type: 'invalidation', process: 'a', keys: ['k'], acknowledged: false, beganAtMs: 1, endedAtMs: 1 },
    { type: 'delivery', process: 'a', atMs: 4 },
    read,
    { ...read, process: 'b', source: 'l2' },
  ]
  history.record(events)
  expect([...history]).toEqual(events)
  // More than once.
  expect([...history]).toEqual(events)
})

it('holds more reads than one block has room for', () => {
  const history = createHistory()
  for (let version = 0; version < 40_000; version += 1) history.record({ ...read, version })
  expect(history.size).toBe(40_000)
  let next = 0
  for (const event of history) if (event.type === 'read' && event.version === next) next += 1
  expect(next).toBe(40_000)
})

it.each([
  [{ type: 'wirte' }, 'an event of type "wirte". There are write, invalidation, delivery, read.'],
  [undefined, 'an event of type undefined.'],
  [{ ...read, version: '3' }, 'an event (read) whose `version` is "3". Give a finite number.'],
  [{ ...read, process: '' }, 'an event (read) whose `process` is "". Give a text that is not empty.'],
  [{ type: 'delivery', process: 'a' }, 'an event (delivery) whose `atMs` is undefined.'],
  [
    { type: 'invalidation', process: 'a', keys: [], acknowledged: true, beganAtMs: 1, endedAtMs: 2 },
    'an event (invalidation) whose `keys` is an array of 0. Give an array of texts, at least one.',
  ],
  [
    { ...read, endedAtMs: 1 },
    'an event (read) that ended at 1, before it began at 1.25. Take both times from `sharedClock()`.',
  ],
])('refuses %o', (event, message) => {
  expect(() => createHistory().record(event as HistoryEvent)).toThrow(message)
})
