import { ThermoclineError, describeValue } from '../../policy/index.ts'
import type { EntryOptions } from '../cache/entry-options.ts'
import type { ResultRow } from '../postgres/connection.ts'
import { QueryChecker } from './check-query.ts'
import {
  type QueryCacheOptions,
  type QueryOptions,
  entryOptionsOf,
  resolveQueryCache,
} from './query-options.ts'
import { queryKey } from './query-key.ts'
import { readStatement } from './read-statement.ts'
import { rowsCodec } from './rows-codec.ts'

/**
 * The rows of a statement: from the cache, else from the database, which is asked once however many ask. They are shared and frozen. Rejects
 * with what the database says, with `option-invalid` for a statement or parameters that can't be cached, and as `getOrSet` does.
 */
export type CachedQuery<Name extends string = string> = <Row extends object = ResultRow>(
  sql: string,
  params: readonly unknown[],
  options: QueryOptions<Row, Name>,
) => Promise<readonly Row[]>

/**
 * Runs statements through a cache. The rows belong to the groups of the tables that are read (`table-products`), which `postgresSource`
 * invalidates with each change. Throws `option-invalid`.
 *
 * @example
 * const query = queryCache({ cache, db: pool })
 * const rows = await query<Product>('SELECT * FROM products WHERE id = $1', [42], { policy: 'product', tables: ['products'] })
 */
export function queryCache<Name extends string = string>(
  options: QueryCacheOptions<Name>,
): CachedQuery<Name> {
  const { cache, db, name, isChecking, warn } = resolveQueryCache(options)
  const checker = isChecking ? new QueryChecker(db, warn) : undefined
  return async <Row extends object>(
    sql: string,
    params: readonly unknown[],
    queryOptions: QueryOptions<Row, Name>,
  ): Promise<readonly Row[]> => {
    const { statement, values } = readCall(sql, params)
    const entry: EntryOptions<readonly Row[], Name> = { ...entryOptionsOf(queryOptions), codec: rowsCodec }
    const key = queryKey(name, statement.normalised, values)
    await checker?.check(sql, values, statement, queryOptions.tables)
    return cache.getOrSet<readonly Row[]>(
      key,
      async () => (await db.query(sql, values)).rows as unknown as readonly Row[],
      entry,
    )
  }
}

function readCall(sql: unknown, params: unknown) {
  if (typeof sql !== 'string') {
    throw new ThermoclineError(
      'option-invalid',
      `The statement is ${describeValue(sql)}. Give its text, with $1, $2 for the parameters.`,
    )
  }
  if (!Array.isArray(params)) {
    throw new ThermoclineError(
      'option-invalid',
      `The parameters of a statement are ${describeValue(params)}. Give an array, [] for none.`,
    )
  }
  const statement = readStatement(sql)
  if (statement.refusal !== undefined) throw refuse(statement.refusal, statement.shown)
  // A copy: the caller may go on using its array while a load waits.
  return { statement, values: [...(params as unknown[])] }
}

function refuse(reason: string, shown: string): ThermoclineError {
  return new ThermoclineError('option-invalid', `A statement can not be cached. ${reason} It is: ${shown}`)
}
