import type { Database } from './database.ts'

/** Where the files of a version are stored, by URL. */
export type Files = ReadonlyMap<string, string>

interface OlderVersion {
  /** Those of its files that the version after it does not have, or has changed. */
  readonly files: Files
  /** The clients that were opened with it. */
  readonly pages: Set<string>
}

/**
 * The versions before the active one that open pages still run, oldest first. Kept in IndexedDB, since a restarted
 * worker knows nothing else; without it pages of older versions ask the network.
 */
export class OlderVersions {
  readonly #database: Database
  readonly #activeKey: string
  readonly #olderKey: string
  #reading: Promise<OlderVersion[]> | undefined

  constructor(database: Database, scope: string) {
    this.#database = database
    this.#activeKey = `precache:${scope}`
    this.#olderKey = `precache-older:${scope}`
  }

  /** Where all of their files are stored. */
  async keys(): Promise<string[]> {
    return (await this.#read()).flatMap(({ files }) => Array.from(files.values()))
  }

  /** Where a page finds a file: as its own version had it, which a later one may not have touched. */
  async keyFor(url: string, page: string, active: string | undefined): Promise<string | undefined> {
    const versions = await this.#read()
    const own = versions.findIndex(({ pages }) => pages.has(page))
    if (own !== -1)
      return (
        versions
          .slice(own)
          .find(({ files }) => files.has(url))
          ?.files.get(url) ?? active
      )
    if (active !== undefined) return active
    // The name says what is in it, so whoever asks was made with that version: its page was under way at the change.
    const version = versions.findLast(({ files }) => files.get(url) === url)
    if (version !== undefined && page !== '') {
      version.pages.add(page)
      void this.#write(versions)
    }
    return version && url
  }

  /** A version takes over: what it lacks stays, for the pages that are open. Never rejects. */
  async succeed(files: Files, open: readonly string[]): Promise<void> {
    const versions = await this.#read()
    const before = await this.#database.state<Files>(this.#activeKey).catch(() => undefined)
    const lacking = [...(before ?? [])].filter(([url, key]) => files.get(url) !== key)
    const pages = open.filter((page) => !versions.some((version) => version.pages.has(page)))
    if (lacking.length > 0) versions.push({ files: new Map(lacking), pages: new Set(pages) })
    forget(versions, open)
    await this.#write(versions, files)
  }

  /** Forgets the versions that no open page needs; tells whether there were any. Never rejects. */
  async release(open: readonly string[]): Promise<boolean> {
    const versions = await this.#read()
    const hasForgotten = forget(versions, open)
    if (hasForgotten) await this.#write(versions)
    return hasForgotten
  }

  #read(): Promise<OlderVersion[]> {
    this.#reading ??= this.#database.state<OlderVersion[]>(this.#olderKey).then(
      (kept) => kept ?? [],
      () => {
        // The next one looks again.
        this.#reading = undefined
        return []
      },
    )
    return this.#reading
  }

  async #write(versions: readonly OlderVersion[], active?: Files): Promise<void> {
    try {
      await this.#database.use(async (connection) => {
        const { done, store } = connection.transaction('state', 'readwrite')
        const puts = [store.put(versions, this.#olderKey), active && store.put(active, this.#activeKey)]
        await Promise.all([...puts, done])
      })
    } catch {
      // This worker knows; the next one asks the network.
    }
  }
}

/** A version is described by what changed after it, so it is needed as long as any before it. */
function forget(versions: OlderVersion[], open: readonly string[]): boolean {
  const needed = versions.findIndex(({ pages }) => open.some((page) => pages.has(page)))
  return versions.splice(0, needed === -1 ? versions.length : needed).length > 0
}
