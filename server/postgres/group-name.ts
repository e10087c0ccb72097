import { createHash } from 'node:crypto'
import { ThermoclineError, describeValue } from '../../policy/index.ts'
import { parseTableName } from './identifiers.ts'

/** What can stand in a column. Dates and the like: as the text that Postgres prints for them. */
export type ColumnValue = string | number | bigint | boolean | null

/** A template of group names, read. */
export interface GroupTemplate {
  readonly text: string
  /** Fixed texts and columns in turn, a text first and last. */
  readonly texts: readonly string[]
  readonly columns: readonly string[]
}

const MOST_NAME = 128
/** Longer ones become a digest: no name gets too long by its value alone. */
const MOST_VALUE = 64
const DIGEST_DIGITS = 32
/** No `_` in front, which marks what is not the value itself, and no `~`, which sets off whom a group belongs to. */
const PORTABLE_VALUE = new RegExp(`^[a-z0-9.-][a-z0-9._-]{0,${MOST_VALUE - 1}}$`)
/** Nor `~`: it would look like a user's own group and be everybody's. */
const PORTABLE_TEXT = /^[a-z0-9._-]*$/

const read = new Map<string, GroupTemplate>()
const MOST_READ = 1_000

/** Reads `product-{id}`. Throws `group-invalid` for what no group could be called, whatever stands in the columns. */
export function parseTemplate(text: string): GroupTemplate {
  const known = read.get(text)
  if (known !== undefined) return known
  const template = checkTemplate(text)
  if (read.size >= MOST_READ) read.clear()
  read.set(text, template)
  return template
}

function checkTemplate(text: unknown): GroupTemplate {
  const parts = typeof text === 'string' ? text.split(/\{([^{}]+)\}/) : ['{']
  const texts = parts.filter((_, index) => index % 2 === 0)
  const columns = parts.filter((_, index) => index % 2 === 1)
  const longest = texts.join('').length + columns.length * (DIGEST_DIGITS + 1)
  if (!texts.every((part) => PORTABLE_TEXT.test(part)) || longest === 0 || longest > MOST_NAME) {
    throw new ThermoclineError(
      'group-invalid',
      `The template ${describeValue(text)} makes no portable group names. Write fixed parts of a-z, 0-9, ".", "_" and "-" ` +
        `("~" is for \`ownGroup\`, in a function) and columns in braces, such as "product-{id}"; at most ${MOST_NAME} characters, where a column counts as ${DIGEST_DIGITS + 1}.`,
    )
  }
  return { text: String(text), texts, columns }
}

/**
 * The group that a template names for a row, for those who store what is made of that row: the same name that the triggers' rows
 * come to. A value of 1 to 64 of a-z, 0-9, ".", "_" and "-" that does not begin with "_" stands as it is; `null` becomes `_null`,
 * and anything else `_` and 32 hex digits of its SHA-256. Throws `group-invalid`.
 *
 * @example
 * groupName('product-{id}', { id: 42 }) // 'product-42'
 */
export function groupName(template: string, row: Readonly<Record<string, ColumnValue>>): string {
  const parsed = parseTemplate(template)
  return nameOf(
    parsed,
    parsed.columns.map((column) =>
      textOf(template, column, Object.hasOwn(row, column) ? row[column] : undefined),
    ),
  )
}

/** The same of values as Postgres prints them, in the order of the template's columns. */
export function nameOf({ texts }: GroupTemplate, values: readonly (string | null)[]): string {
  const join = (parts: readonly string[]): string =>
    texts.map((text, index) => text + (parts[index] ?? '')).join('')
  const name = join(values.map((value) => portable(value, MOST_VALUE)))
  // Several long values: each becomes as short as a template was checked for.
  return name.length <= MOST_NAME ? name : join(values.map((value) => portable(value, DIGEST_DIGITS)))
}

/** The group of a whole table, which every change of it names: `table-products`, in another schema `table-shop.products`. Throws `option-invalid`. */
export function tableGroup(name: string): string {
  const { schema, table } = parseTableName(name)
  return tableGroupOf(schema, table)
}

export function tableGroupOf(schema: string, table: string): string {
  return schema === 'public'
    ? nameOf(parseTemplate('table-{table}'), [table])
    : nameOf(parseTemplate('table-{schema}.{table}'), [schema, table])
}

function portable(value: string | null, most: number): string {
  if (value === null) return '_null'
  if (value.length <= most && PORTABLE_VALUE.test(value)) return value
  return `_${createHash('sha256').update(value).digest('hex').slice(0, DIGEST_DIGITS)}`
}

function textOf(template: string, column: string, value: unknown): string | null {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))) return String(value)
  // As Postgres prints them.
  if (typeof value === 'boolean') return value ? 't' : 'f'
  throw new ThermoclineError(
    'group-invalid',
    `The group ${describeValue(template)} needs the column ${describeValue(column)}, and was given ${describeValue(value)}. ` +
      'Give a text, a number, a boolean or null; a date as the text that Postgres prints for it.',
  )
}
