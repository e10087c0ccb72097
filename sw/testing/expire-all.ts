import { ThermoclineError, describeValue, refuseUnknownOptions } from '../../policy/index.ts'
import type { PageLike } from './page-like.ts'

/** Options of `expireAll`. */
export interface ExpireAllOptions {
  /**
   * How much older everything becomes, in milliseconds. The default is past every lifetime and every window for stale
   * answers; give a smaller one to come to lie inside of one.
   * @default 31_536_000_000_000
   */
  readonly byMs?: number
}

/**
 * Makes everything stale that the worker of the page's origin has stored, in all partitions, so that the next request
 * validates it. Precached files stay as they are: they have no lifetime. Resolves with the number of stored URLs.
 *
 * It writes what the worker keeps in IndexedDB, from the page, which may do that anyway: a worker needs no back door for
 * it. Rejects where IndexedDB is not to be had, and with `option-invalid`.
 *
 * @example
 * await expireAll(page)
 */
export async function expireAll(page: PageLike, options: ExpireAllOptions = {}): Promise<number> {
  refuseUnknownOptions('expireAll()', options, ['byMs'])
  const { byMs = 31_536_000_000_000 } = options
  if (!(Number.isFinite(byMs) && byMs > 0)) {
    throw new ThermoclineError(
      'option-invalid',
      `\`byMs\` is ${describeValue(byMs)}. Write milliseconds above 0, such as 60_000.`,
    )
  }
  // All of it runs in the page, so nothing from here can be used in there.
  return await page.evaluate(async (ms) => {
    const NAME = 'thermocline'
    // Opening would create it.
    const existing = (await indexedDB.databases()).find(({ name }) => name === NAME)
    if (existing === undefined) return 0
    const opened = (request: IDBOpenDBRequest) =>
      new Promise<IDBDatabase>((resolve, reject) => {
        request.addEventListener('success', () => resolve(request.result))
        request.addEventListener('error', () => reject(request.error ?? new Error('It did not open.')))
      })
    const connection = await opened(indexedDB.open(NAME))
    const count = await new Promise<number>((resolve, reject) => {
      const transaction = connection.transaction('entries', 'readwrite')
      let rows = 0
      transaction.addEventListener('complete', () => resolve(rows))
      transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('It was aborted.')))
      const walk = transaction.objectStore('entries').openCursor()
      walk.addEventListener('success', () => {
        const cursor = walk.result
        if (cursor === null) return
        rows += 1
        const row = cursor.value as { variants: Record<string, Record<string, unknown>> }
        for (const variant of Object.values(row.variants)) {
          for (const name of ['requestTimeMs', 'responseTimeMs']) variant[name] = Number(variant[name]) - ms
        }
        cursor.update(row)
        cursor.continue()
      })
    })
    connection.close()
    // The worker keeps copies in memory as long as its connection lasts. It lets go of that for whoever wants to upgrade
    // the database, which is then not done.
    const upgrade = indexedDB.open(NAME, connection.version + 1)
    upgrade.addEventListener('upgradeneeded', () => upgrade.transaction?.abort())
    await opened(upgrade).catch(() => {})
    return count
  }, byMs)
}
