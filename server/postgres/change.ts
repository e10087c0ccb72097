import type { RowTexts, TableMapping } from './table-mapping.ts'

/** What one statement changed, as the outbox has it. */
export interface Change {
  /** Its number in the outbox: a bigint, as text. */
  readonly id: string
  readonly schema: string
  readonly table: string
  /** Of the rows before and after, what stood in the columns that the trigger knew of; absent where there were too many, or all. */
  readonly rows?: readonly RowTexts[]
  readonly columns: readonly string[]
}

/** Reads a row of the outbox. What can't be read is a change of a table that nobody knows: late is allowed, lost is not. */
export function readChange(id: string, text: string): Change {
  const unknown = { id, schema: '', table: '', columns: [] }
  try {
    const { schema, table, columns, rows } = JSON.parse(text) as Record<string, unknown>
    if (typeof schema !== 'string' || typeof table !== 'string' || !isList(columns, isText)) return unknown
    if (!isList(rows, isRow)) return { id, schema, table, columns }
    return { id, schema, table, columns, rows: rows.map((row) => named(columns, row)) }
  } catch {
    return unknown
  }
}

/** Whether the trigger wrote down all that the mapping needs. One of an earlier deployment may not have. */
export function fits(change: Change, { columns }: TableMapping): boolean {
  return columns.every((column) => change.columns.includes(column))
}

function named(columns: readonly string[], row: readonly (string | null)[]): RowTexts {
  return Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null]))
}

function isList<T>(value: unknown, isMember: (member: unknown) => member is T): value is T[] {
  return Array.isArray(value) && value.every((member) => isMember(member))
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isRow(value: unknown): value is (string | null)[] {
  return isList(value, (member): member is string | null => member === null || isText(member))
}
