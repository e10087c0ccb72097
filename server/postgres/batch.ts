import { messageOf } from '../cache/message-of.ts'
import { type Change, fits } from './change.ts'
import { tableGroupOf } from './group-name.ts'
import { type TableName, displayName } from './identifiers.ts'
import type { PostgresSourceEvent } from './source-event.ts'
import type { TableMapping } from './table-mapping.ts'

/** What becomes of a statement that changed more than is written down: all is let go of, or what has the table's group. */
export type Beyond = 'everything' | 'table'

/** What to let go of because of some changes. */
export interface Batch {
  readonly ids: readonly string[]
  readonly groups: readonly string[]
  /** Tables whose changes no list of groups covers. */
  readonly everythingOf: readonly string[]
}

/** Turns changes into the groups that they concern, each once. */
export class BatchMaker {
  readonly #tables: ReadonlyMap<string, TableMapping>
  readonly #beyond: Beyond
  readonly #emit: (event: PostgresSourceEvent) => void

  constructor(tables: readonly TableMapping[], beyond: Beyond, emit: (event: PostgresSourceEvent) => void) {
    this.#tables = new Map(tables.map((mapping) => [keyOf(mapping), mapping]))
    this.#beyond = beyond
    this.#emit = emit
  }

  make(changes: readonly Change[]): Batch {
    const groups = new Set<string>()
    const everythingOf = new Set<string>()
    for (const change of changes) {
      if (!this.#collect(change, groups)) everythingOf.add(displayName(change))
    }
    return { ids: changes.map(({ id }) => id), groups: [...groups], everythingOf: [...everythingOf] }
  }

  /** Whether the groups are all that the change concerns. */
  #collect(change: Change, groups: Set<string>): boolean {
    const mapping = this.#tables.get(keyOf(change))
    if (mapping === undefined) {
      // By its group too: those who hold only what has it need not look at "everything".
      groups.add(tableGroupOf(change.schema, change.table))
      this.#emit({ type: 'unknown-table', table: displayName(change) })
      return false
    }
    for (const group of mapping.always) groups.add(group)
    if (change.rows === undefined) return this.#beyond === 'table'
    if (!fits(change, mapping)) return false
    try {
      for (const row of change.rows) {
        for (const group of mapping.groupsOf(row)) groups.add(group)
      }
      return true
    } catch (error) {
      this.#emit({ type: 'mapping-failed', table: displayName(change), reason: messageOf(error) })
      return false
    }
  }
}

/** A dot may be part of a name. */
function keyOf({ schema, table }: TableName): string {
  return JSON.stringify([schema, table])
}
