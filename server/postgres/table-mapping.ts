import { ThermoclineError, assertGroupName, describeValue, refuseUnknownOptions } from '../../policy/index.ts'
import { type GroupTemplate, nameOf, parseTemplate, tableGroupOf } from './group-name.ts'
import { type TableName, checkIdentifier, parseTableName } from './identifiers.ts'

/** A row as Postgres prints it: each value a text, or `null`. */
export type RowTexts = Readonly<Record<string, string | null>>

/** The groups of a row where templates don't do. */
export interface ComputedGroups {
  /** The columns that `groups` looks at; the others are not written down. */
  readonly columns: readonly string[]
  /** The groups that a row belongs to. For an update it is asked for the row before and the row after. */
  readonly groups: (row: RowTexts) => readonly string[]
}

/** Which groups the rows of each table belong to, by `table` or `schema.table`. */
export type TableGroups = Readonly<Record<string, readonly string[] | ComputedGroups>>

/** One table that is listened to. */
export interface TableMapping extends TableName {
  /** All that the triggers must write down. */
  readonly columns: readonly string[]
  /** The groups of a row, given by the names of the columns. May throw, if the mapping is a function. */
  readonly groupsOf: (row: RowTexts) => readonly string[]
  /** The group of the whole table, and those that name no column. */
  readonly always: readonly string[]
}

/** Throws `option-invalid` or `group-invalid`. */
export function mapTables(tables: unknown): TableMapping[] {
  if (
    typeof tables !== 'object' ||
    tables === null ||
    Array.isArray(tables) ||
    Object.keys(tables).length === 0
  ) {
    throw new ThermoclineError(
      'option-invalid',
      `\`tables\` is ${describeValue(tables)}. Give an object such as \`{ products: ['product-{id}'] }\`, with one table at least.`,
    )
  }
  const mappings = Object.entries(tables).map(([name, groups]: [string, unknown]) => mapTable(name, groups))
  const names = mappings.map(({ schema, table }) => JSON.stringify([schema, table]))
  const twice = mappings.find((_, index) => names.indexOf(names[index] ?? '') !== index)
  if (twice !== undefined) {
    throw new ThermoclineError(
      'option-invalid',
      `\`tables\` names ${describeValue(`${twice.schema}.${twice.table}`)} twice. Put all its groups into one list.`,
    )
  }
  // In one order everywhere: two processes that install at once must not wait for each other.
  return mappings.toSorted((a, b) => (`${a.schema}\0${a.table}` < `${b.schema}\0${b.table}` ? -1 : 1))
}

function mapTable(name: string, groups: unknown): TableMapping {
  const { schema, table } = parseTableName(name)
  const whole = tableGroupOf(schema, table)
  if (Array.isArray(groups)) {
    const templates = groups.map((text: unknown) => parseTemplate(text as string))
    const fixed = templates.filter(({ columns }) => columns.length === 0).map(({ text }) => text)
    const varying = templates.filter(({ columns }) => columns.length > 0)
    const columns = columnsOf(
      name,
      varying.flatMap((template) => template.columns),
    )
    const groupsOf = (row: RowTexts): string[] => varying.map((template) => fill(template, row))
    return { schema, table, columns, groupsOf, always: [whole, ...fixed] }
  }
  const computed = checkComputed(name, groups)
  const groupsOf = (row: RowTexts): readonly string[] => {
    const names = computed.groups(row)
    names.forEach(assertGroupName)
    return names
  }
  return { schema, table, columns: columnsOf(name, computed.columns), groupsOf, always: [whole] }
}

function fill(template: GroupTemplate, row: RowTexts): string {
  return nameOf(
    template,
    template.columns.map((column) => row[column] ?? null),
  )
}

function checkComputed(name: string, groups: unknown): ComputedGroups {
  const what = `\`tables\` for ${describeValue(name)}`
  if (typeof groups !== 'object' || groups === null) {
    throw new ThermoclineError(
      'option-invalid',
      `${what} is ${describeValue(groups)}. Give a list of templates, or an object with \`columns\` and \`groups\`.`,
    )
  }
  refuseUnknownOptions(what, groups, ['columns', 'groups'])
  const computed = groups as Partial<ComputedGroups>
  if (!Array.isArray(computed.columns) || typeof computed.groups !== 'function') {
    throw new ThermoclineError(
      'option-invalid',
      `${what} has \`columns: ${describeValue(computed.columns)}\` and \`groups: ${describeValue(computed.groups)}\`. ` +
        'Give a list of the columns that the function looks at, and the function.',
    )
  }
  return computed as ComputedGroups
}

/** Sorted, so that another order of templates is no other trigger. */
function columnsOf(name: string, columns: readonly string[]): string[] {
  return [...new Set(columns.map((column) => checkIdentifier(`tables.${name}`, column)))].toSorted()
}
