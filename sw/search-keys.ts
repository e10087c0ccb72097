import { parseNoVarySearch, searchKey } from '../policy/index.ts'
import type { Database } from './database.ts'

interface Kept {
  readonly field: string
  /** Stands in the keys, so that what was stored under an earlier rule is not found once that comes back. */
  readonly id: string
}

const PREFIX = 'search:'
const PARAMETER = 'thermocline-search'
const MOST_KEPT = 1_000

/** Under which URL a response is kept: where its path says `No-Vary-Search`, one for all queries that are equivalent. */
export class SearchKeys {
  readonly #database: Database
  readonly #createId: () => string
  /** By path. All of them, so that the many paths that have none are not looked for one by one. */
  #rules: Promise<Map<string, Kept>> | undefined
  #generation = 0

  constructor(database: Database, createId: () => string) {
    this.#database = database
    this.#createId = createId
  }

  /** The key by what the path's newest response said. Rejects where IndexedDB is needed and unavailable. */
  async keyFor(url: string): Promise<string> {
    const path = withoutSearch(url)
    return keyUnder(url, path, (await this.known()).get(path))
  }

  /** The key for a response, whose field counts for the path from now on. */
  async learn(url: string, field: string | null): Promise<string> {
    const path = withoutSearch(url)
    const rules = await this.known()
    const before = rules.get(path)
    if ((before?.field ?? null) === field) return keyUnder(url, path, before)
    const kept = isExact(field) ? undefined : { field, id: this.#createId() }
    if (before === undefined && kept === undefined) return url
    // Without their rules, responses are not found and go by and by.
    const isFull = rules.size >= MOST_KEPT
    if (isFull) rules.clear()
    if (kept === undefined) rules.delete(path)
    else rules.set(path, kept)
    await this.#database.use(async (connection) => {
      if (isFull) await connection.delete('state', allRules())
      if (kept === undefined) await connection.delete('state', PREFIX + path)
      else await connection.put('state', kept, PREFIX + path)
    })
    return keyUnder(url, path, kept)
  }

  /** The rules of all paths; read once. Rejects where IndexedDB is unavailable. */
  known(): Promise<Map<string, Kept>> {
    if (this.#rules !== undefined && this.#generation === this.#database.generation) return this.#rules
    // A connection that was lost may have taken its database with it.
    this.#generation = this.#database.generation
    const reading = this.#read()
    this.#rules = reading
    reading.catch(() => {
      if (this.#rules === reading) this.#rules = undefined
    })
    return reading
  }

  #read(): Promise<Map<string, Kept>> {
    return this.#database.read(async (reading) => {
      const store = reading.objectStore('state')
      const [names, rules] = await Promise.all([store.getAllKeys(allRules()), store.getAll(allRules())])
      return new Map(names.map((name, position) => [name.slice(PREFIX.length), rules[position] as Kept]))
    })
  }
}

function allRules(): IDBKeyRange {
  return IDBKeyRange.bound(PREFIX, `${PREFIX}\uffff`)
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
