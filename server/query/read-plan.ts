import { type SqlCall, callsIn } from './read-statement.ts'
import { readTokens } from './sql-tokens.ts'

export interface PlannedRelation {
  readonly schema: string
  readonly name: string
}

/** What a plan says of its statement. Views are resolved in it: it names the tables beneath. */
export interface ReadPlan {
  readonly relations: readonly PlannedRelation[]
  readonly calls: readonly SqlCall[]
  /** Whether it changes or locks rows. */
  readonly isChanging: boolean
}

/** Texts that are no expressions. */
const NAMES = new Set([
  'Node Type',
  'Relation Name',
  'Schema',
  'Alias',
  'Index Name',
  'Parent Relationship',
  'Subplan Name',
  'CTE Name',
])

/** Reads what `EXPLAIN (FORMAT JSON, VERBOSE)` gave. Throws where that is something else. */
export function readPlan(rows: readonly unknown[]): ReadPlan {
  const [first] = rows as readonly Readonly<Record<string, unknown>>[]
  const given: unknown = first?.['QUERY PLAN']
  // Some drivers leave json as text.
  const plan: unknown = typeof given === 'string' ? JSON.parse(given) : given
  if (!Array.isArray(plan)) throw new TypeError('EXPLAIN gave no plan.')
  const reader = new PlanReader()
  reader.read(plan)
  return reader
}

class PlanReader implements ReadPlan {
  readonly #byName = new Map<string, PlannedRelation>()
  readonly calls: SqlCall[] = []
  isChanging = false

  get relations(): PlannedRelation[] {
    return [...this.#byName.values()]
  }

  read(part: unknown, name = ''): void {
    if (Array.isArray(part)) {
      for (const member of part) this.read(member, name)
    } else if (typeof part === 'object' && part !== null) {
      this.#readNode(part as Readonly<Record<string, unknown>>)
      for (const [member, value] of Object.entries(part)) this.read(value, member)
    } else if (typeof part === 'string' && !NAMES.has(name)) {
      this.calls.push(...callsIn(readTokens(part).tokens))
    }
  }

  #readNode(node: Readonly<Record<string, unknown>>): void {
    const type = node['Node Type']
    if (type === 'ModifyTable' || type === 'LockRows') this.isChanging = true
    const [schema, name] = [node['Schema'], node['Relation Name']]
    if (typeof schema === 'string' && typeof name === 'string') {
      this.#byName.set(JSON.stringify([schema, name]), { schema, name })
    }
  }
}
