import { IN_BROWSER, LAYERS, type LayerId } from './panel-layers.ts'
import type { RequestRow } from './panel-row.ts'

interface LayerShare {
  readonly layer: LayerId
  readonly count: number
  /** Of all requests, 0 to 1. */
  readonly share: number
}

export interface Summary {
  readonly count: number
  /** Only layers that answered something, warm to cold. */
  readonly layers: readonly LayerShare[]
  readonly inBrowser: number
  readonly savedBytes: number
  readonly slowestMs: number
}

/** What the rows come to together. */
export function summarize(rows: readonly RequestRow[]): Summary {
  const layers = LAYERS.map((layer) => {
    const count = rows.filter((row) => row.layer === layer).length
    return { layer, count, share: count / (rows.length || 1) }
  }).filter(({ count }) => count > 0)
  return {
    count: rows.length,
    layers,
    inBrowser: rows.filter(({ layer }) => IN_BROWSER.has(layer)).length,
    savedBytes: rows.reduce((sum, { savedBytes }) => sum + savedBytes, 0),
    slowestMs: rows.reduce((slowest, { timeMs }) => Math.max(slowest, timeMs), 0),
  }
}
