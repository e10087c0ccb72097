import type { TableName } from '../postgres/identifiers.ts'
import { type AdvisedLifetimes, adviseLifetimes } from './advise-policy.ts'
import type { StatementStatistics } from './advise-statistics.ts'

/** A statement that deserves to be cached. */
export interface Advice {
  readonly sql: string
  readonly calls: number
  readonly meanMs: number
  readonly rowsPerCall: number
  readonly tables: readonly TableName[]
  /** Rows written to its tables: the most invalidations that there can have been. */
  readonly writes: number
  /** The share of calls that would be answered from the cache, if its parameters are often the same. */
  readonly hitShare: number
  readonly savedMs: number
  /** How its tables are known: from its plan, or from its text alone. */
  readonly how: 'plan' | 'text'
  readonly secondsPerWrite: number
  readonly lifetimes: AdvisedLifetimes
}

/** Why a statement is not among them. */
export type LeftOut = 'uncacheable' | 'once' | 'no-table' | 'unknown' | 'written'

/** Fewer reads for a write than this are not worth an entry. */
const LEAST_READS = 2

/**
 * What a cache would make of a statement. Reads and writes that come in any order at rates r and w hit r / (r + w) of the time, where each write
 * lets go of all; as where only some rows are meant, that is a lower bound.
 */
export function adviseOn(
  { sql, calls, totalMs, rows }: StatementStatistics,
  { tables, how }: { readonly tables: readonly TableName[]; readonly how: 'plan' | 'text' },
  writes: number,
  seconds: number,
): Advice | LeftOut {
  if (calls < 2) return 'once'
  if (tables.length === 0 || tables.some((name) => isCatalogue(name.schema) || isPlumbing(name)))
    return 'no-table'
  if (calls < writes * LEAST_READS) return 'written'
  const hitShare = calls / (calls + writes)
  const secondsPerWrite = seconds / Math.max(writes, 1)
  return {
    sql,
    calls,
    meanMs: totalMs / calls,
    rowsPerCall: rows / calls,
    tables,
    writes,
    hitShare,
    savedMs: totalMs * hitShare,
    how,
    secondsPerWrite,
    // Never written while it was watched: as rarely as there are steps for.
    lifetimes: adviseLifetimes(writes === 0 ? Number.POSITIVE_INFINITY : secondsPerWrite),
  }
}

/** What listeners read of the outbox is theirs alone. */
function isPlumbing({ schema, table }: TableName): boolean {
  return schema !== 'public' && (table === 'outbox' || table === 'view_refreshes')
}

function isCatalogue(schema: string): boolean {
  return schema === 'information_schema' || schema.startsWith('pg_')
}
