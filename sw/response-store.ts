import type { Ask } from './ask.ts'
import { type BodyStore, SHARED } from './body-store.ts'
import type { EntryIndex } from './entry-index.ts'
import type { Partitions } from './partitions.ts'
import type { Platform } from './platform.ts'
import type { SearchKeys } from './search-keys.ts'
import type { RowKey, StoredEntry, UrlRow } from './stored-entry.ts'
import { variantOf } from './variant.ts'

/** A use is written down at most this often. */
const USE_INTERVAL_MS = 600_000
/** Uses are written together, and after the answers have gone out. */
const USE_DELAY_MS = 500
/** A URL that has more is varied by something without end, such as tokens; it starts anew. */
const MOST_VARIANTS = 64
/** Trimming goes below the limits, so that it does not run at every store. */
const TRIM_TO = 0.9

interface StoreParts {
  readonly platform: Platform
  readonly partitions: Partitions
  readonly index: EntryIndex
  readonly keys: SearchKeys
  readonly bodies: BodyStore
  readonly maxEntries: number
  readonly maxBytes: number
}

/** A stored response, whole: metadata and body. */
export interface Found {
  readonly row: UrlRow
  readonly entry: StoredEntry
  readonly body: Response
}

/** Stored responses: what is known of them in the index, their bodies in Cache Storage. A half is a miss. */
export class ResponseStore {
  readonly #parts: StoreParts
  readonly #used = new Map<string, RowKey>()
  #writingUses: Promise<void> | undefined
  #quotaBytes: Promise<number> | undefined

  constructor(parts: StoreParts) {
    this.#parts = parts
  }

  /** Begins to read what the first answer of a worker needs. */
  prepare(): void {
    const { bodies, keys, partitions } = this.#parts
    Promise.all([bodies.open(''), keys.known(), partitions.believed()]).catch(() => {})
  }

  /** The newest stored response that matches; otherwise why there is none. Never rejects: storage that fails is empty. */
  async find(ask: Ask): Promise<Found | 'uri-miss' | 'vary-miss'> {
    try {
      const { index, keys, partitions } = this.#parts
      // Where the row is to be read first, the body that it most likely means is read beside it.
      const ahead = index.isRead(ask.url) ? undefined : this.#parts.bodies.read(ask.url, SHARED)
      ahead?.catch(() => {})
      const [url, partition] = await Promise.all([
        keys.keyFor(ask.url),
        ask.hasCredentials ? partitions.believed() : undefined,
        // In a worker that has just started they are read side by side.
        partitions.isKnown || index.rows(ask.url, ['']),
      ])
      const rows = await index.rows(url, partition === undefined ? [''] : ['', partition])
      const matching = rows.flatMap((row) => {
        const entry = row.variants[variantOf(ask, row.varyBy)]
        return entry === undefined ? [] : [{ row, entry }]
      })
      const [newest] = matching.sort((a, b) => b.entry.responseTimeMs - a.entry.responseTimeMs)
      if (newest === undefined) return rows.length > 0 ? 'vary-miss' : 'uri-miss'
      const { entry } = newest
      const isAhead = url === ask.url && entry.partition === '' && entry.variant === ''
      const [body, isOwn] = await Promise.all([
        this.#parts.bodies.match(url, entry, isAhead ? ahead : undefined),
        entry.partition === '' || partitions.current().then((current) => current === entry.partition),
      ])
      return body === undefined || !isOwn ? 'uri-miss' : { ...newest, body }
    } catch {
      return 'uri-miss'
    }
  }

  /** The body of an entry, unread. */
  async body(url: string, entry: StoredEntry): Promise<Response | undefined> {
    return await this.#parts.bodies.match(await this.#parts.keys.keyFor(url), entry)
  }

  /**
   * Stores a response. Once its body is there, `finish` makes the entry, or throws where it may no longer be kept.
   * Rejects where any of it fails; a body that breaks off leaves what was there.
   */
  async put(
    target: string,
    varyBy: readonly string[],
    draft: StoredEntry,
    body: ReadableStream<Uint8Array> | null,
    finish: () => StoredEntry,
  ): Promise<void> {
    const { index, maxBytes, maxEntries, platform } = this.#parts
    const url = await this.#learn(target, draft)
    const bodies = this.#parts.bodies
    const [row] = await index.rows(url, [draft.partition])
    if (row !== undefined && Object.keys(row.variants).length >= MOST_VARIANTS) await this.remove(target)
    await bodies.put(url, draft, body).catch(async (error: unknown) => {
      // The browser has less room than it said. Half of what is here makes room for what comes next.
      if ((error as Partial<DOMException> | null)?.name === 'QuotaExceededError') {
        const { bytes } = await index.totals()
        await this.#trim(maxEntries, bytes / 2)
      }
      throw error
    })
    try {
      const { entries, bytes } = await index.put(url, varyBy, finish(), platform.now())
      const limit = Math.min(maxBytes, (await this.#quota()) / 2)
      if (entries > maxEntries || bytes > limit) await this.#trim(maxEntries, limit)
    } catch (error) {
      await bodies.delete(url, draft)
      throw error
    }
  }

  /** Replaces what is known of an entry whose body stays. */
  async update(url: string, entry: StoredEntry): Promise<void> {
    const key = await this.#learn(url, entry)
    await this.#parts.index.put(key, undefined, entry, this.#parts.platform.now())
  }

  /**
   * Removes bodies that no entry knows: a worker may be killed between the two. Lists all that is stored, so it is for
   * quiet moments. Never rejects.
   */
  async reconcile(): Promise<void> {
    try {
      const rows = await this.#parts.index.all()
      await this.#parts.bodies.deleteOthers(
        rows.flatMap(({ key, variants }) => Object.values(variants).map((entry) => [key[2], entry] as const)),
      )
    } catch {
      // The next time, then.
    }
  }

  /** Notes a use; resolves when it is written, which is later, and together with others. */
  async touch({ key, lastUsedMs }: UrlRow): Promise<void> {
    const { index, platform } = this.#parts
    if (platform.now() - lastUsedMs < USE_INTERVAL_MS) return
    this.#used.set(key.join(' '), key)
    this.#writingUses ??= platform.delay(USE_DELAY_MS).then(async () => {
      const keys = [...this.#used.values()]
      this.#used.clear()
      this.#writingUses = undefined
      await index.touch(keys, platform.now()).catch(() => {})
    })
    await this.#writingUses
  }

  /** Removes all variants of a URL; once it resolves nobody is given them. Never rejects. */
  async remove(url: string): Promise<void> {
    const held = await this.#parts.partitions.current()
    try {
      const { bodies, index, keys } = this.#parts
      // While nobody is held, what is kept for who comes back is meant as well.
      const partitions = ['', ...(held === undefined ? await bodies.partitions() : [held])]
      const urls = [...new Set([url, await keys.keyFor(url)])]
      const removed = await Promise.all(urls.map((key) => index.remove(key, partitions)))
      await this.#deleteBodies(removed.flat())
    } catch {
      await this.#dropAllBodies()
    }
  }

  /** Removes what is in one of these groups of an origin; once it resolves nobody is given it. Never rejects. */
  async removeGroups(origin: string, groups: readonly string[]): Promise<void> {
    try {
      await this.#deleteBodies(
        await this.#parts.index.removeGroups(groups.map((name) => `${origin} ${name}`)),
      )
    } catch {
      await this.#dropAllBodies()
    }
  }

  #learn(url: string, { headers }: StoredEntry): Promise<string> {
    return this.#parts.keys.learn(url, new Headers(headers).get('no-vary-search'))
  }

  async clear(): Promise<void> {
    await this.#trim(0, 0)
  }

  async #trim(maxEntries: number, maxBytes: number): Promise<void> {
    // Of one entry, nine tenths are none.
    const entries = Math.ceil(maxEntries * TRIM_TO)
    await this.#deleteBodies(await this.#parts.index.trim(entries, maxBytes * TRIM_TO))
  }

  async #deleteBodies(rows: readonly UrlRow[]): Promise<void> {
    const entries = rows.flatMap(({ key, variants }) =>
      Object.values(variants).map((entry) => ({ entry, url: key[2] })),
    )
    await Promise.all(entries.map(({ entry, url }) => this.#parts.bodies.delete(url, entry)))
  }

  /** Without the index nobody knows which bodies are meant; once it is back it must not find them. Never rejects. */
  async #dropAllBodies(): Promise<void> {
    await this.#parts.bodies.deleteAll().catch(() => {})
  }

  async #quota(): Promise<number> {
    // Asked once in a worker's short life.
    this.#quotaBytes ??= this.#parts.platform.quota().catch(() => Number.POSITIVE_INFINITY)
    return await this.#quotaBytes
  }
}
