import { ThermoclineError, describeValue } from '../../policy/index.ts'

/** What a key is made of. */
export type KeyPart = string | number | bigint | boolean

/** Ends the name of the entry and each part but the last; written `%3A` within a part. */
export const SEPARATOR = ':'

const ENTRY_NAME = /^[a-z0-9._~-]{1,64}$/
const HAS_SYNTAX = /[%:"]/
const SYNTAX = /[%:"]/g
// Only a text that begins so can read as the number, bigint or boolean that it is not.
const MAY_READ_AS_OTHER = /^(?:[-\d]|true$|false$|$)/

/** Checks the name of an entry, which is made as names of groups are. Throws `option-invalid`. */
export function assertEntryName(name: unknown): asserts name is string {
  if (typeof name === 'string' && ENTRY_NAME.test(name)) return
  throw new ThermoclineError(
    'option-invalid',
    `\`name\` of an entry is ${describeValue(name)}. Use 1 to 64 of a-z, 0-9, ".", "_", "~" and "-", for example "product".`,
  )
}

/**
 * The key of one entry: its name, then the parts. Two lists of parts never have the same key: a part can't hold what
 * separates parts, and a text that reads as a number, a bigint or a boolean stands in quotes. Throws `key-invalid`.
 */
export function formatEntryKey(name: string, parts: KeyPart | readonly KeyPart[]): string {
  // The usual case, and on the way to every hit.
  if (typeof parts === 'number' && Number.isFinite(parts)) return `${name}${SEPARATOR}${parts}`
  const list = Array.isArray(parts) ? (parts as readonly KeyPart[]) : [parts as KeyPart]
  let key = name
  // Not `map`, which leaves out the holes of an array.
  for (let index = 0; index < list.length; index += 1) {
    key += SEPARATOR + (formatPart(list[index]) ?? refusePart(name, parts, index))
  }
  return list.length === 0 ? name + SEPARATOR : key
}

/** `undefined` where a key can't hold it. */
function formatPart(part: unknown): string | undefined {
  switch (typeof part) {
    case 'string':
      return formatText(part)
    case 'number':
      if (Number.isFinite(part)) return String(part)
      return undefined
    case 'bigint':
      return `${part}n`
    case 'boolean':
      return String(part)
    default:
      return undefined
  }
}

function refusePart(name: string, parts: unknown, index: number): never {
  const [what, part] = Array.isArray(parts)
    ? [`Part ${index + 1} of the key`, parts[index] as unknown]
    : ['The key', parts]
  throw new ThermoclineError(
    'key-invalid',
    `${what} of ${JSON.stringify(name)} is ${describeValue(part)}. ` +
      '`key` must give a text, a finite number, a bigint, a boolean, or a list of these.',
  )
}

function formatText(text: string): string {
  const written = HAS_SYNTAX.test(text) ? text.replace(SYNTAX, percentEncode) : text
  return MAY_READ_AS_OTHER.test(text) && readsAsOther(text) ? `"${written}"` : written
}

/** Whether `formatPart` would write some number, bigint or boolean just so, or nothing at all. */
function readsAsOther(text: string): boolean {
  if (text === '' || text === 'true' || text === 'false' || /^-?\d+n$/.test(text)) return true
  const number = Number(text)
  return Number.isFinite(number) && String(number) === text
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
