import {
  type CacheTotals,
  type EntryStore,
  addToTotals,
  readTotals,
  usedRange,
  writeTotals,
} from './cache-totals.ts'
import type { Database } from './database.ts'
import { groupsOf } from './flights.ts'
import type { RowKey, StoredEntry, UrlRow } from './stored-entry.ts'

/** Rows kept in memory: a kilobyte each, and no more than are stored. */
const MOST_IN_MEMORY = 10_000
const TRIM_BATCH = 64

interface Change {
  readonly work: (entries: EntryStore, totals: CacheTotals) => Promise<void>
  readonly resolve: (totals: CacheTotals) => void
  readonly reject: (error: unknown) => void
}

/** The metadata of one cache: IndexedDB, read by key only, behind a map that holds copies of what was read. */
export class EntryIndex {
  readonly #database: Database
  readonly #cacheName: string
  readonly #memory = new Map<string, UrlRow | undefined>()
  readonly #waiting: Change[] = []
  #isWriting = false
  #generation = 0

  constructor(database: Database, cacheName: string) {
    this.#database = database
    this.#cacheName = cacheName
  }

  /** Whether it is known, without asking IndexedDB, what is stored of a URL for all. */
  isRead(url: string): boolean {
    return this.#memory.has(this.#key('', url).join(' '))
  }

  /** What is stored of a URL in some partitions. Rejects where IndexedDB is needed and unavailable. */
  async rows(url: string, partitions: readonly string[]): Promise<UrlRow[]> {
    this.#forgetLost()
    const keys = partitions.map((partition) => this.#key(partition, url))
    const unknown = keys.filter((key) => !this.#memory.has(key.join(' ')))
    if (unknown.length > 0) {
      const found = await this.#database.read((reading) => {
        const store = reading.objectStore('entries')
        return Promise.all(unknown.map((key) => store.get([...key])))
      })
      for (const [position, key] of unknown.entries()) {
        // What was stored meanwhile is newer.
        if (!this.#memory.has(key.join(' '))) this.#remember(key, found[position])
      }
    }
    return keys.flatMap((key) => this.#memory.get(key.join(' ')) ?? [])
  }

  /** Keeps an entry, in place of the one before: in memory at once, then in IndexedDB. Rejects where that fails. */
  async put(
    url: string,
    varyBy: readonly string[] | undefined,
    entry: StoredEntry,
    nowMs: number,
  ): Promise<CacheTotals> {
    const key = this.#key(entry.partition, url)
    const added = (row: UrlRow | undefined): UrlRow => {
      const variants = { ...row?.variants, [entry.variant]: entry }
      return {
        key,
        cacheName: this.#cacheName,
        lastUsedMs: nowMs,
        varyBy: varyBy ?? row?.varyBy ?? [],
        variants,
        groups: rowGroups(url, Object.values(variants)),
      }
    }
    this.#remember(key, added(this.#memory.get(key.join(' '))))
    try {
      return await this.#change(async (entries, totals) => {
        const before = await entries.get([...key])
        // What is only renewed may have been evicted, or replaced, meanwhile.
        if (varyBy === undefined && before?.variants[entry.variant]?.id !== entry.id) {
          this.#memory.delete(key.join(' '))
          return
        }
        if (before !== undefined) addToTotals(totals, before, -1)
        const row = added(before)
        addToTotals(totals, row, 1)
        await entries.put(row)
      })
    } catch (error) {
      this.#memory.delete(key.join(' '))
      throw error
    }
  }

  /** Removes what is stored of a URL in some partitions, and returns it. */
  async remove(url: string, partitions: readonly string[]): Promise<UrlRow[]> {
    const keys = partitions.map((partition) => this.#key(partition, url))
    return await this.#removeRows((entries) => {
      // A wipe takes rows, and leaves these copies.
      for (const key of keys) this.#memory.delete(key.join(' '))
      return Promise.all(keys.map((key) => entries.get([...key])))
    })
  }

  /** Removes the rows that are in one of these groups, in all partitions, and returns them. */
  async removeGroups(groups: readonly string[]): Promise<UrlRow[]> {
    const isMember = (row: UrlRow | undefined) => row?.groups.some((group) => groups.includes(group)) === true
    // From here on they are misses, whatever becomes of the rest.
    for (const [key, row] of this.#memory) if (isMember(row)) this.#memory.delete(key)
    return await this.#removeRows(async (entries) => {
      const found = await Promise.all(groups.map((group) => entries.index('by-group').getAll(group)))
      const rows = new Map(found.flat().map((row) => [row.key.join(' '), row]))
      return [...rows.values()].filter(({ cacheName }) => cacheName === this.#cacheName)
    })
  }

  /** How much there is. */
  async totals(): Promise<CacheTotals> {
    return await this.#change(async () => {})
  }

  /** All rows. */
  async all(): Promise<UrlRow[]> {
    return await this.#database.use((connection) =>
      connection.getAllFromIndex('entries', 'by-use', usedRange(this.#cacheName)),
    )
  }

  /** Notes that rows were used; those that are gone stay gone. */
  async touch(keys: Iterable<RowKey>, nowMs: number): Promise<void> {
    await this.#change(async (entries) => {
      for (const key of keys) {
        const row = await entries.get([...key])
        if (row === undefined) continue
        const used = { ...row, lastUsedMs: nowMs }
        await entries.put(used)
        this.#remember(key, used)
      }
    })
  }

  /** Removes what was unused for longest until both limits are kept, and returns it. */
  async trim(maxEntries: number, maxBytes: number): Promise<UrlRow[]> {
    const isOver = ({ entries, bytes }: CacheTotals) => entries > maxEntries || bytes > maxBytes
    const removed: UrlRow[] = []
    for (;;) {
      const batch = await this.#removeRows(async (entries, totals) => {
        const rest = { ...totals }
        const oldest = await entries.index('by-use').getAll(usedRange(this.#cacheName), TRIM_BATCH)
        return oldest.filter((row) => {
          const isExcess = isOver(rest)
          addToTotals(rest, row, -1)
          return isExcess
        })
      })
      removed.push(...batch)
      if (batch.length < TRIM_BATCH) break
    }
    // A wipe takes rows, and leaves these copies.
    if (maxEntries === 0) this.#memory.clear()
    return removed
  }

  async #removeRows(
    choose: (entries: EntryStore, totals: CacheTotals) => Promise<(UrlRow | undefined)[]>,
  ): Promise<UrlRow[]> {
    const removed: UrlRow[] = []
    await this.#change(async (entries, totals) => {
      for (const row of await choose(entries, totals)) {
        if (row === undefined) continue
        addToTotals(totals, row, -1)
        await entries.delete([...row.key])
        removed.push(row)
        this.#memory.delete(row.key.join(' '))
      }
    })
    return removed
  }

  /** Changes wait for the one that is being written, and then go into one transaction together. */
  #change(work: Change['work']): Promise<CacheTotals> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject })
      if (!this.#isWriting) void this.#writeAll()
    })
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true
    while (this.#waiting.length > 0) {
      const changes = this.#waiting.splice(0)
      try {
        const totals = await this.#write(changes)
        for (const { resolve } of changes) resolve(totals)
      } catch (error) {
        for (const { reject } of changes) reject(error)
      }
    }
    this.#isWriting = false
  }

  async #write(changes: readonly Change[]): Promise<CacheTotals> {
    return await this.#database.use(async (connection) => {
      // `relaxed`: what a crash loses is a miss.
      const transaction = connection.transaction(['entries', 'state'], 'readwrite', { durability: 'relaxed' })
      // The failed request itself is what callers hear of.
      transaction.done.catch(() => {})
      const state = transaction.objectStore('state')
      const entries = transaction.objectStore('entries')
      const totals = await readTotals(state, entries, this.#cacheName)
      for (const { work } of changes) await work(entries, totals)
      await writeTotals(state, this.#cacheName, totals)
      await transaction.done
      return totals
    })
  }

  #key(partition: string, url: string): RowKey {
    return [partition, this.#cacheName, url]
  }

  #remember(key: RowKey, row: UrlRow | undefined): void {
    const name = key.join(' ')
    this.#memory.delete(name)
    this.#memory.set(name, row)
    if (this.#memory.size <= MOST_IN_MEMORY) return
    // In the order in which they came; what goes is read again when it is asked for.
    for (const oldest of this.#memory.keys()) {
      this.#memory.delete(oldest)
      break
    }
  }

  /** A connection that was lost may have taken its database with it. */
  #forgetLost(): void {
    if (this.#generation === this.#database.generation) return
    this.#generation = this.#database.generation
    this.#memory.clear()
  }
}

function rowGroups(url: string, entries: readonly StoredEntry[]): string[] {
  const { origin } = new URL(url)
  const names = entries.flatMap(({ headers }) => groupsOf(new Headers(headers)))
  return Array.from(new Set(names), (name) => `${origin} ${name}`)
}
