import { ThermoclineError, describeValue, refuseUnknownOptions } from '../../policy/index.ts'
import { ENTRY_OPTIONS, type EntryOptions } from '../cache/entry-options.ts'
import { functionOf } from '../cache/option-checks.ts'
import type { TieredCache } from '../cache/tiered-cache.ts'
import { tableGroup } from '../postgres/group-name.ts'

/** Whoever runs statements: a `Pool` or `Client` of node-postgres, a `PGlite`, or what has the same method. */
export interface QueryableDatabase {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>
  /** As PGlite has it. */
  exec?(script: string): Promise<readonly { readonly rows: unknown[] }[]>
}

/** What is read and where it is kept. */
export interface QueryCacheOptions<Name extends string = string> {
  readonly cache: Pick<TieredCache<Name>, 'getOrSet'>
  readonly db: QueryableDatabase
  /** Begins every key. Give each database, role or `search_path` that shares a cache with another a name of its own. @default 'query' */
  readonly name?: string | undefined
  /**
   * Whether each statement is looked at with EXPLAIN before it first runs: which tables it reads, and what it calls. Costs two or three
   * queries a statement and process. @default true unless NODE_ENV is 'production'
   */
  readonly check?: boolean | undefined
  /** Told of what the check can't be sure of, once a statement. @default console.warn */
  readonly onWarning?: ((message: string) => void) | undefined
}

/** What a statement's rows depend on, and how long they live; with every option of `getOrSet` that is about that. */
export interface QueryOptions<Row, Name extends string = string> extends Omit<
  EntryOptions<readonly Row[], Name>,
  'groups' | 'codec'
> {
  /** The tables that it reads, as `postgresSource` has them: any change of one lets go of the rows. `[]` for none. */
  readonly tables?: readonly string[] | undefined
  /**
   * Groups that the rows belong to, or a function that finds them. Beside `tables` they are more reasons to let go; in their place they are the
   * only ones, so a row that is not in the result yet must be in one of them too.
   */
  readonly groups?: readonly string[] | ((rows: readonly Row[]) => readonly string[]) | undefined
}

export interface ResolvedQueryCache<Name extends string> {
  readonly cache: Pick<TieredCache<Name>, 'getOrSet'>
  readonly db: QueryableDatabase
  readonly name: string
  readonly isChecking: boolean
  readonly warn: (message: string) => void
}

const KNOWN = ['cache', 'db', 'name', 'check', 'onWarning']
const OF_QUERY = ['tables', ...ENTRY_OPTIONS.filter((option) => option !== 'codec')]

/** Throws `option-invalid`. */
export function resolveQueryCache<Name extends string>(
  options: QueryCacheOptions<Name>,
): ResolvedQueryCache<Name> {
  refuseUnknownOptions('`queryCache`', options, KNOWN)
  const { cache, db, name = 'query', check = process.env['NODE_ENV'] !== 'production' } = options
  if (typeof (cache as Partial<typeof cache> | undefined)?.getOrSet !== 'function') {
    throw invalid(`\`cache\` is ${describeValue(cache)}. Give what \`createTieredCache()\` made.`)
  }
  if (typeof (db as Partial<QueryableDatabase> | undefined)?.query !== 'function') {
    throw invalid(`\`db\` is ${describeValue(db)} without \`query\`. Give a \`Pool\` of pg, or a \`PGlite\`.`)
  }
  if (typeof name !== 'string' || !/^[\w.-]{1,64}$/.test(name)) {
    throw invalid(`\`name\` is ${describeValue(name)}. Use 1 to 64 letters, digits, ".", "_" or "-".`)
  }
  if (typeof check !== 'boolean') throw invalid(`\`check\` is ${describeValue(check)}. Give true or false.`)
  const warn = functionOf('onWarning', options.onWarning) ?? ((message) => console.warn(message))
  return { cache, db, name, isChecking: check, warn }
}

/** The options of the entry that the rows become. Throws `option-invalid`. */
export function entryOptionsOf<Row, Name extends string>({
  tables,
  groups,
  ...options
}: QueryOptions<Row, Name>): Omit<EntryOptions<readonly Row[], Name>, 'codec'> {
  const given: object = options
  refuseUnknownOptions('A query', given, OF_QUERY)
  if (tables === undefined && groups === undefined) {
    throw invalid(
      'A query was given neither `tables` nor `groups`, so no change would reach its rows. Name what it reads: `tables: ["products"]`; `tables: []` if it reads none.',
    )
  }
  if (tables !== undefined && !Array.isArray(tables)) {
    throw invalid(`\`tables\` is ${describeValue(tables)}. Give an array of names.`)
  }
  const ofTables = tables?.map(tableGroup) ?? []
  if (typeof groups === 'function') {
    return { ...options, groups: (rows) => [...ofTables, ...groups(rows)] }
  }
  if (groups !== undefined && !Array.isArray(groups)) {
    throw invalid(
      `\`groups\` is ${describeValue(groups)}. Give an array of names, or a function of the rows.`,
    )
  }
  return { ...options, groups: [...ofTables, ...(groups ?? [])] }
}

function invalid(message: string): ThermoclineError {
  return new ThermoclineError('option-invalid', message)
}
