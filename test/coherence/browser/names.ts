import { KEYS } from '../keys.ts'

/** The group of one row. */
export function rowGroup(key: string): string {
  return `row-${key.replace(':', '.')}`
}

/** A group that nothing is in: it says in a page which version was there when its row was invalidated. */
export function marker(key: string, version: number): string {
  return `at-${version}-${key.replace(':', '.')}`
}

/** Where a server process takes rows from: straight from the database, out of its tiered cache, or half of them each. */
export const ROW_SOURCES = ['database', 'cache', 'both'] as const
export type RowSource = (typeof ROW_SOURCES)[number]

/** Whether a row comes out of the tiered cache of whichever process is asked. */
export function isCached(key: string, rows: RowSource): boolean {
  return rows === 'both' ? KEYS.indexOf(key) % 2 === 1 : rows === 'cache'
}
