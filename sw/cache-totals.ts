import type { IDBPObjectStore } from 'idb'
import type { Schema } from './database.ts'
import type { UrlRow } from './stored-entry.ts'

/** How much a cache holds. The stored ones are kept up to date with each write, so that nobody has to count. */
export interface CacheTotals {
  entries: number
  bytes: number
}

type Stores = ('entries' | 'state')[]
export type StateStore = IDBPObjectStore<Schema, Stores, 'state', 'readwrite'>
export type EntryStore = IDBPObjectStore<Schema, Stores, 'entries', 'readwrite'>

const PREFIX = 'totals:'

/** The totals of a cache as they stand; counted afresh where a wipe has dropped them. */
export async function readTotals(
  state: StateStore,
  entries: EntryStore,
  cacheName: string,
): Promise<CacheTotals> {
  const kept = (await state.get(PREFIX + cacheName)) as CacheTotals | undefined
  if (kept !== undefined) return kept
  const totals: CacheTotals = { entries: 0, bytes: 0 }
  for (const row of await entries.index('by-use').getAll(usedRange(cacheName))) addToTotals(totals, row, 1)
  return totals
}

export async function writeTotals(state: StateStore, cacheName: string, totals: CacheTotals): Promise<void> {
  await state.put(totals, PREFIX + cacheName)
}

export async function resetTotals(state: StateStore): Promise<void> {
  await state.delete(IDBKeyRange.bound(PREFIX, `${PREFIX}\uffff`))
}

export function addToTotals(totals: CacheTotals, row: UrlRow, sign: 1 | -1): void {
  totals.entries += sign
  for (const { size } of Object.values(row.variants)) totals.bytes += sign * size
}

/** All rows of a cache, those unused for longest first. */
export function usedRange(cacheName: string): IDBKeyRange {
  return IDBKeyRange.bound([cacheName], [cacheName, []])
}
