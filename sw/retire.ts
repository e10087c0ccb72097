import { DATABASE_NAME } from './database.ts'

declare const self: ServiceWorkerGlobalScope

/** What tells the pages that the worker goes, and that another one in its place is no new version. */
export const GONE_MESSAGE = { type: 'thermocline:off' } as const

/** Whether the server switches the worker off with this response. */
export function isSwitchedOff({ headers, type }: Response): boolean {
  // A redirect may have led to another origin.
  return headers.get('thermocline-worker') === 'off' && type !== 'cors'
}

/**
 * Unregisters the worker and deletes what Thermocline has stored for its origin. Open pages are left alone; from their
 * next navigation on they have no worker. Never rejects.
 */
export async function retire(): Promise<void> {
  await Promise.allSettled([self.registration.unregister(), deleteCaches(), deleteDatabase()])
}

async function deleteCaches(): Promise<void> {
  const names = await caches.keys()
  await Promise.all(names.filter((name) => name.startsWith('thermocline')).map((name) => caches.delete(name)))
}

/** Not waited for: a connection that somebody has open would hold it up. */
async function deleteDatabase(): Promise<void> {
  indexedDB.deleteDatabase(DATABASE_NAME)
}
