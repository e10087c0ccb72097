import { ThermoclineError, describeValue } from '../../policy/index.ts'

/** Postgres cuts longer names off, and would then report another one than it was given (NAMEDATALEN). */
const MOST_NAME_BYTES = 63

/** A table, as the catalogue of Postgres has it. */
export interface TableName {
  readonly schema: string
  readonly table: string
}

const PART = String.raw`"((?:[^"]|"")+)"|([^".]+)`
const QUALIFIED = new RegExp(`^(?:${PART})(?:\\.(?:${PART}))?$`)

/**
 * Reads `products`, `shop.products` or `"My Schema"."my.table"`. Names count as they are written: unlike in SQL, `Products` is not
 * folded. Without a schema it is `public`, whatever the `search_path`. Throws `option-invalid`.
 */
export function parseTableName(text: string): TableName {
  const [, quoted, plain, secondQuoted, secondPlain] = QUALIFIED.exec(text) ?? []
  const first = quoted?.replaceAll('""', '"') ?? plain
  const second = secondQuoted?.replaceAll('""', '"') ?? secondPlain
  if (first === undefined) {
    throw new ThermoclineError(
      'option-invalid',
      `\`tables\` names ${describeValue(text)}, which is no name of a table. Write "products", "shop.products", ` +
        'or in double quotes what holds a dot or a quote.',
    )
  }
  const [schema, table] = second === undefined ? ['public', first] : [first, second]
  return { schema: checkIdentifier('tables', schema), table: checkIdentifier('tables', table) }
}

/** A name as Postgres can keep it. Throws `option-invalid`. */
export function checkIdentifier(option: string, name: unknown): string {
  if (typeof name === 'string' && name !== '' && !name.includes('\0')) {
    if (Buffer.byteLength(name) <= MOST_NAME_BYTES) return name
  }
  throw new ThermoclineError(
    'option-invalid',
    `\`${option}\` names ${describeValue(name)}. Postgres takes names of 1 to ${MOST_NAME_BYTES} bytes without NUL.`,
  )
}

/** A name inside SQL, whatever stands in it. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text inside SQL, whatever stands in it and however the server reads backslashes. */
export function quoteLiteral(text: string): string {
  const doubled = text.replaceAll("'", "''")
  return doubled.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`
}

export function quoteTable({ schema, table }: TableName): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`
}

/** As people read it, in events. */
export function displayName({ schema, table }: TableName): string {
  return `${schema}.${table}`
}
