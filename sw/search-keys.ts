import { parseNoVarySearch, searchKey } from '../policy/index.ts'
import type { Database } from './database.ts'

interface Kept {
  readonly field: string
  /** Stands in the keys, so that what was stored under an earlier rule is not found once that comes back. */
  readonly id: string
}

const PREFIX = 'search:'
const PARAMETER = 'thermocline-search'
const MOST_IN_MEMORY = 500
const MOST_KEPT = 5_000

/** Under which URL a response is kept: where its path says `No-Vary-Search`, one for all queries that are equivalent. */
export class SearchKeys {
  readonly #database: Database
  readonly #createId: () => string
  readonly #memory = new Map<string, Kept | undefined>()
  #generation = 0

  constructor(database: Database, createId: () => string) {
    this.#database = database
    this.#createId = createId
  }

  /** The key by what the path's newest response said. Rejects where IndexedDB is needed and unavailable. */
  async keyFor(url: string): Promise<string> {
    const path = withoutSearch(url)
    return keyUnder(url, path, await this.#ruleOf(path))
  }

  /** The key for a response, whose field counts for the path from now on. */
  async learn(url: string, field: string | null): Promise<string> {
    const path = withoutSearch(url)
    const before = await this.#ruleOf(path)
    if ((before?.field ?? null) === field) return keyUnder(url, path, before)
    const kept = isExact(field) ? undefined : { field, id: this.#createId() }
    if (before === undefined && kept === undefined) return url
    this.#remember(path, kept)
    await this.#database.use(async (connection) => {
      const all = IDBKeyRange.bound(PREFIX, `${PREFIX}\uffff`)
      // Without their rules, responses are not found and go by and by.
      if ((await connection.count('state', all)) > MOST_KEPT) await connection.delete('state', all)
      if (kept === undefined) await connection.delete('state', PREFIX + path)
      else await connection.put('state', kept, PREFIX + path)
    })
    return keyUnder(url, path, kept)
  }

  async #ruleOf(path: string): Promise<Kept | undefined> {
    if (this.#generation !== this.#database.generation) {
      // A connection that was lost may have taken its database with it.
      this.#generation = this.#database.generation
      this.#memory.clear()
    }
    if (this.#memory.has(path)) return this.#memory.get(path)
    const kept = (await this.#database.use((connection) => connection.get('state', PREFIX + path))) as
      | Kept
      | undefined
    if (!this.#memory.has(path)) this.#remember(path, kept)
    return this.#memory.get(path)
  }

  #remember(path: string, kept: Kept | undefined): void {
    if (this.#memory.size >= MOST_IN_MEMORY) this.#memory.clear()
    this.#memory.set(path, kept)
  }
}

function isExact(field: string | null): field is null {
  const { ignores, keyOrder } = parseNoVarySearch(field)
  return !keyOrder && ignores === 'none'
}

function keyUnder(url: string, path: string, kept: Kept | undefined): string {
  if (kept === undefined) return url
  const search = searchKey(new URL(url).search, parseNoVarySearch(kept.field))
  return `${path}?${PARAMETER}=${kept.id}&${search}`
}

/** A URL up to its query. */
export function withoutSearch(url: string): string {
  return url.split('?', 1)[0] ?? url
}
