import { privateCachePartition } from './body-store.ts'
import { resetTotals } from './cache-totals.ts'
import type { Database } from './database.ts'
import type { Platform } from './platform.ts'

/**
 * Removes every private response but those of the partition that is held when each step begins. Tells whether all of
 * it succeeded; never rejects.
 */
export async function wipeOtherPartitions(
  platform: Platform,
  database: Database,
  held: () => string | undefined,
): Promise<boolean> {
  // Each half alone makes the rest unanswerable, so one must not keep the other from being tried.
  const steps = await Promise.allSettled([wipeBodies(platform, held), wipeRows(database, held)])
  return steps.every((step) => step.status === 'fulfilled')
}

async function wipeBodies(platform: Platform, held: () => string | undefined): Promise<void> {
  const caches = platform.caches()
  for (const name of await caches.keys()) {
    const partition = privateCachePartition(name)
    if (partition !== undefined && partition !== held()) await caches.delete(name)
  }
}

async function wipeRows(database: Database, held: () => string | undefined): Promise<void> {
  await database.use(async (connection) => {
    const transaction = connection.transaction(['entries', 'state'], 'readwrite')
    const entries = transaction.objectStore('entries')
    const kept = held()
    // Keys begin with the partition; '' is what all share. An array sorts behind every string.
    const first: IDBValidKey = ['', []]
    const last: IDBValidKey = [[]]
    const ranges =
      kept === undefined
        ? [IDBKeyRange.bound(first, last)]
        : [IDBKeyRange.bound(first, [kept]), IDBKeyRange.bound([kept, []], last)]
    await Promise.all([
      ...ranges.map((range) => entries.delete(range)),
      resetTotals(transaction.objectStore('state')),
      transaction.done,
    ])
  })
}
