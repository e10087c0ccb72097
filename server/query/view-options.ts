import {
  type Duration,
  ThermoclineError,
  describeValue,
  parseDuration,
  refuseUnknownOptions,
} from '../../policy/index.ts'
import { functionOf } from '../cache/option-checks.ts'
import type { TieredCache } from '../cache/tiered-cache.ts'
import { quietly } from '../observe/quietly.ts'
import type { PostgresConnector } from '../postgres/connection.ts'
import { tableGroup } from '../postgres/group-name.ts'
import { type TableName, parseTableName } from '../postgres/identifiers.ts'
import { DEFAULT_SCHEMA } from '../postgres/install-sql.ts'
import type { MaterializedViewEvent } from './view-event.ts'

/** What hears of changes and is told of refreshes. A `TieredCache` fits. */
type RefreshingCache = Pick<TieredCache, 'feed' | 'invalidate'>

export interface MaterializedViewOptions {
  readonly cache: RefreshingCache
  /** Opens a session for each refresh, as for `postgresSource`. Its role must own the view. */
  readonly connect: PostgresConnector
  /** The view, as `name` or `schema.name`. It needs a unique index on columns, without a condition. */
  readonly name: string
  /** The tables that it is made of, as `postgresSource` has them; also other materialised views. */
  readonly from: readonly string[]
  /** How long its tables have to be quiet before it is refreshed. @default '5s' */
  readonly debounce?: Duration | undefined
  /** How long a change waits at most where they never are. @default '1m' */
  readonly maxDelay?: Duration | undefined
  /** Where it is written down what the view shows. That of the source. @default 'thermocline' */
  readonly schema?: string | undefined
  /** How long a refresh may take. @default '10m' */
  readonly refreshTimeout?: Duration | undefined
  /** How long Postgres may take to connect or to answer anything else. @default '5s' */
  readonly timeoutMs?: Duration | undefined
  /** Told of what happens. */
  readonly onEvent?: ((event: MaterializedViewEvent) => void) | undefined
}

export interface ResolvedViewOptions {
  readonly cache: RefreshingCache
  readonly connect: PostgresConnector
  readonly view: TableName
  /** The view's own group. */
  readonly group: string
  /** The groups of its tables, and how `from` names them. */
  readonly sources: ReadonlyMap<string, string>
  readonly from: readonly TableName[]
  readonly schema: string
  readonly debounceMs: number
  readonly maxDelayMs: number
  readonly refreshTimeoutMs: number
  readonly timeoutMs: number
  readonly emit: (event: MaterializedViewEvent) => void
}

const KNOWN = [
  'cache',
  'connect',
  'name',
  'from',
  'debounce',
  'maxDelay',
  'schema',
  'refreshTimeout',
  'timeoutMs',
  'onEvent',
]

/** Throws `option-invalid` or `duration-invalid`. */
export function resolveViewOptions(options: MaterializedViewOptions): ResolvedViewOptions {
  refuseUnknownOptions('`materializedView`', options, KNOWN)
  const { cache, connect, name, from, debounce = '5s', maxDelay = '1m', schema = DEFAULT_SCHEMA } = options
  if (typeof (cache as Partial<RefreshingCache> | undefined)?.feed?.follow !== 'function') {
    throw invalid(`\`cache\` is ${describeValue(cache)}. Give what \`createTieredCache()\` made.`)
  }
  if (typeof connect !== 'function') {
    throw invalid(
      `\`connect\` is ${describeValue(connect)}. Give \`pgConnector(() => new Client(url))\` or \`pgliteConnector(db)\`.`,
    )
  }
  if (typeof name !== 'string')
    throw invalid(`\`name\` is ${describeValue(name)}. Give the name of the view.`)
  if (!Array.isArray(from) || from.length === 0) {
    throw invalid(
      `\`from\` is ${describeValue(from)}. Name the tables that ${describeValue(name)} is made of.`,
    )
  }
  if (typeof schema !== 'string' || !/^[a-z_][a-z0-9_]{0,39}$/.test(schema)) {
    throw invalid(
      `\`schema\` is ${describeValue(schema)}. Give that of \`postgresSource\`, such as "thermocline".`,
    )
  }
  const sources = new Map(from.map((table) => [tableGroup(table), table]))
  const group = tableGroup(name)
  if (sources.has(group))
    throw invalid(`\`from\` names ${describeValue(name)} itself, which would be refreshed for ever.`)
  const debounceMs = parseDuration(debounce, 'debounce')
  const maxDelayMs = parseDuration(maxDelay, 'maxDelay')
  if (maxDelayMs < debounceMs) {
    throw invalid(
      `\`maxDelay\` is ${maxDelayMs} ms and \`debounce\` ${debounceMs} ms. Give at least as much.`,
    )
  }
  const onEvent = functionOf('onEvent', options.onEvent)
  return {
    cache,
    connect,
    view: parseTableName(name),
    group,
    sources,
    from: from.map(parseTableName),
    schema,
    debounceMs,
    maxDelayMs,
    refreshTimeoutMs: parseDuration(options.refreshTimeout ?? '10m', 'refreshTimeout'),
    timeoutMs: parseDuration(options.timeoutMs ?? '5s', 'timeoutMs'),
    emit: (event) => {
      if (onEvent !== undefined) quietly(() => onEvent(event))
    },
  }
}

function invalid(message: string): ThermoclineError {
  return new ThermoclineError('option-invalid', message)
}
