import type { Platform } from './platform.ts'
import { workerState } from './worker-state.ts'

interface Limits {
  readonly maxEntries: number
  readonly maxBytes: number
}

/** What is wrong with what the index believes to hold; `undefined` where it holds just that, and no more than it may. */
export async function findMiscount(
  platform: Platform,
  cacheName: string,
  { maxBytes, maxEntries }: Limits,
): Promise<string | undefined> {
  return await workerState(platform).database.use(async (connection) => {
    const transaction = connection.transaction(['entries', 'state'])
    const [rows, kept] = await Promise.all([
      transaction.objectStore('entries').getAll(),
      transaction.objectStore('state').get(`totals:${cacheName}`),
    ])
    const sizes = rows.flatMap(({ variants }) => Object.values(variants).map(({ size }) => size))
    const held = { entries: rows.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
    const text = JSON.stringify(held)
    if (kept !== undefined && JSON.stringify(kept) !== text)
      return `Totals ${JSON.stringify(kept)} of ${text}.`
    return held.entries > maxEntries || held.bytes > maxBytes ? `Over its limits: ${text}.` : undefined
  })
}
