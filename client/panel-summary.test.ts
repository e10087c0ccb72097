import { expect, it } from 'vitest'
import type { LayerId } from './panel-layers.ts'
import type { RequestRow } from './panel-row.ts'
import { summarize } from './panel-summary.ts'

function row(layer: LayerId, facts: Partial<RequestRow> = {}): RequestRow {
  return {
    id: 1,
    path: '/',
    type: 'fetch',
    status: 200,
    layer,
    state: undefined,
    ageMs: undefined,
    ttlMs: undefined,
    startMs: 0,
    timeMs: 10,
    bytes: 100,
    savedBytes: 0,
    trace: '',
    chain: [],
    answer: undefined,
    ...facts,
  }
}

it('is empty for no requests', () => {
  expect(summarize([])).toEqual({ count: 0, layers: [], inBrowser: 0, savedBytes: 0, slowestMs: 0 })
})

it('shares the requests out among the layers that answered, warm to cold', () => {
  const rows = [
    row('origin', { timeMs: 90 }),
    row('sw', { savedBytes: 100 }),
    row('precache', { savedBytes: 50 }),
    row('sw', { savedBytes: 25 }),
  ]
  expect(summarize(rows)).toEqual({
    count: 4,
    layers: [
      { layer: 'precache', count: 1, share: 0.25 },
      { layer: 'sw', count: 2, share: 0.5 },
      { layer: 'origin', count: 1, share: 0.25 },
    ],
    inBrowser: 3,
    savedBytes: 175,
    slowestMs: 90,
  })
})
