import {
  type Duration,
  ThermoclineError,
  describeValue,
  parseDuration,
  refuseUnknownOptions,
} from '../../policy/index.ts'
import { functionOf, oneOf } from '../cache/option-checks.ts'
import { quietly } from '../observe/quietly.ts'
import type { Beyond } from './batch.ts'
import type { PostgresConnector } from './connection.ts'
import { DEFAULT_SCHEMA, type Installation } from './install-sql.ts'
import type { InvalidatedCache } from './publish.ts'
import type { PostgresSourceEvent } from './source-event.ts'
import { type TableGroups, mapTables } from './table-mapping.ts'

export interface PostgresSourceOptions {
  /** What is told of changes: a `TieredCache`. */
  readonly cache: InvalidatedCache
  /** Opens a session of the source's own: `pgConnector(() => new Client(url))`, or `pgliteConnector(db)`. */
  readonly connect: PostgresConnector
  /** Which groups the rows of each table belong to. All processes that share a `schema` must have the same. */
  readonly tables: TableGroups
  /**
   * Where the outbox is, and the name of the channel. Every application with a cache of its own needs one of its own, since a change is
   * passed on once. 1 to 40 of a-z, 0-9 and "_". @default 'thermocline'
   */
  readonly schema?: string | undefined
  /** How many different rows (by the columns that count) of one statement are passed on one by one, 1 to 10,000. @default 1000 */
  readonly mostRows?: number | undefined
  /**
   * What happens to a statement of more rows, and to TRUNCATE. `everything`: all that the cache holds is let go of. `table`: what has the table's
   * group and the groups without columns; only where all that is made of the table has `tableGroup('products')` too. @default 'everything'
   */
  readonly beyond?: Beyond | undefined
  /** How often the outbox is read where no notification came. @default '1s' */
  readonly lookMs?: Duration | undefined
  /** How long Postgres may take to connect or to answer; then the session counts as lost. @default '5s' */
  readonly timeoutMs?: Duration | undefined
  /** Told of what happens. */
  readonly onEvent?: ((event: PostgresSourceEvent) => void) | undefined
}

/** Checked and complete. */
export interface ResolvedSourceOptions extends Installation {
  readonly cache: InvalidatedCache
  readonly connect: PostgresConnector
  readonly beyond: Beyond
  readonly lookMs: number
  readonly timeoutMs: number
  readonly emit: (event: PostgresSourceEvent) => void
}

const KNOWN = ['cache', 'connect', 'tables', 'schema', 'mostRows', 'beyond', 'lookMs', 'timeoutMs', 'onEvent']
const MOST_ROWS = 10_000

/** Throws `option-invalid`, `duration-invalid` or `group-invalid`. */
export function resolveSourceOptions(options: PostgresSourceOptions): ResolvedSourceOptions {
  refuseUnknownOptions('`postgresSource`', options, KNOWN)
  const { cache, connect, tables, lookMs = 1_000, timeoutMs = 5_000 } = options
  if (typeof (cache as Partial<InvalidatedCache> | undefined)?.invalidate !== 'function') {
    throw new ThermoclineError(
      'option-invalid',
      `\`cache\` is ${describeValue(cache)}. Give what \`createTieredCache()\` made.`,
    )
  }
  if (typeof connect !== 'function') {
    throw new ThermoclineError(
      'option-invalid',
      `\`connect\` is ${describeValue(connect)}. Give \`pgConnector(() => new Client(url))\` or \`pgliteConnector(db)\`.`,
    )
  }
  const onEvent = functionOf('onEvent', options.onEvent)
  return {
    cache,
    connect,
    tables: mapTables(tables),
    schema: checkSchema(options.schema ?? DEFAULT_SCHEMA),
    mostRows: checkMostRows(options.mostRows ?? 1_000),
    beyond: oneOf('beyond', options.beyond ?? 'everything', ['everything', 'table']),
    lookMs: checkSpan('lookMs', lookMs),
    timeoutMs: checkSpan('timeoutMs', timeoutMs),
    emit: (event) => {
      if (onEvent !== undefined) quietly(() => onEvent(event))
    },
  }
}

/** It becomes part of names, a channel and a function's source; and what is Postgres's or the application's own is not put in among theirs. */
function checkSchema(schema: unknown): string {
  if (typeof schema === 'string' && /^[a-z_][a-z0-9_]{0,39}$/.test(schema)) {
    if (!/^(?:public|information_schema|pg_.*)$/.test(schema)) return schema
  }
  throw new ThermoclineError(
    'option-invalid',
    `\`schema\` is ${describeValue(schema)}. Give 1 to 40 of a-z, 0-9 and "_" for a schema of the source's own, such as "thermocline".`,
  )
}

function checkMostRows(count: unknown): number {
  if (Number.isSafeInteger(count) && Number(count) >= 1 && Number(count) <= MOST_ROWS) return Number(count)
  throw new ThermoclineError(
    'option-invalid',
    `\`mostRows\` is ${describeValue(count)}. Give a whole number from 1 to ${MOST_ROWS}.`,
  )
}

function checkSpan(option: string, span: Duration): number {
  const ms = parseDuration(span, option)
  if (ms > 0) return ms
  throw new ThermoclineError(
    'duration-invalid',
    `\`${option}\` is ${describeValue(span)}. Give more than nothing.`,
  )
}
