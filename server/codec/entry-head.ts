/** How an entry's body is written. Each is the second byte of its entry. */
export const FORM = {
  json: 0x6a, // j
  compressedJson: 0x4a, // J
  codec: 0x63, // c
  compressedCodec: 0x43, // C
} as const

export type Form = (typeof FORM)[keyof typeof FORM]

/** What is known of an entry beside its value. */
export interface EntryFacts {
  readonly groups: readonly string[]
  /** The log's head when the value's load began: what fences are compared with. A whole number. */
  readonly since: number
  /** In whole milliseconds since 1970. */
  readonly expiresAtMs: number
  /** How long its loader took, in whole milliseconds. */
  readonly loadMs: number
  /** The version of the value's own shape, as the caller counts or names it. */
  readonly schema: number | string
}

export const WIRE_VERSION = 0x33 // 3
/** More than this for the schema and the groups is neither written nor read. */
export const MOST_TAIL_BYTES = 65_536

// No space, comma or line end; `assertGroupName` lets through fewer still.
const GROUP = /^[!-+\--~]+$/
const NOT_ASCII = /[^ -~]/g

/**
 * The first line of an entry, without its end: `3j1763800000123456 1763800300123 12 180 0 product-42,shop`. That is the
 * version, the form, `since`, `expiresAtMs`, `loadMs`, the length of the body in bytes, for a compressed one its length
 * before that, the schema as JSON, and the groups. ASCII throughout. Throws for what can't stand there.
 */
export function writeHead(facts: EntryFacts, form: Form, bodyBytes: number, size?: number): string {
  const { groups, since, expiresAtMs, loadMs, schema } = facts
  const lengths = size === undefined ? String(bodyBytes) : `${bodyBytes} ${size}`
  const tail = `${schema === 0 ? '0' : writeSchema(schema)} ${writeGroups(groups)}`
  if (tail.length > MOST_TAIL_BYTES) throw new RangeError(`The groups take ${tail.length} bytes.`)
  const start = String.fromCharCode(WIRE_VERSION, form)
  return `${start}${whole(since)} ${whole(expiresAtMs)} ${whole(Math.ceil(loadMs))} ${lengths} ${tail}`
}

/** Digits from a place on, and where they end. A cursor, since each object made here would cost as much as the digits. */
export class DigitReader {
  at = 0

  /** Throws where no number of at most 16 digits and a space after it stands at `at`; else that number, with `at` behind the space. */
  read(bytes: Uint8Array): number {
    const start = this.at
    let number = 0
    let at = start
    let digit = (bytes[at] ?? 0) - 0x30
    while (digit >= 0 && digit <= 9) {
      number = number * 10 + digit
      at += 1
      digit = (bytes[at] ?? 0) - 0x30
    }
    if (at === start || at - start > 16 || bytes[at] !== 0x20) throw new RangeError('No number.')
    this.at = at + 1
    return number
  }
}

/** The end of a head, as `writeHead` made it. Throws for a schema that is neither a number nor a text. */
export function readTail(tail: string): Pick<EntryFacts, 'schema' | 'groups'> {
  // Almost all are like that, and a name is sliced from the tail itself.
  if (tail.startsWith('0 ')) return { schema: 0, groups: splitNames(tail, 2) }
  const space = tail.lastIndexOf(' ')
  const schema: unknown = JSON.parse(tail.slice(0, space))
  if (typeof schema !== 'number' && typeof schema !== 'string') throw new TypeError('No schema.')
  return { schema, groups: splitNames(tail, space + 1) }
}

/** The names between commas. By hand: for a few, `split` takes three times as long. */
function splitNames(text: string, from: number): string[] {
  if (from === text.length) return []
  if (!text.includes(',', from)) return [text.slice(from)]
  const names: string[] = []
  let start = from
  for (let comma = text.indexOf(',', start); comma !== -1; comma = text.indexOf(',', start)) {
    names.push(text.slice(start, comma))
    start = comma + 1
  }
  names.push(text.slice(start))
  return names
}

function writeGroups(groups: readonly string[]): string {
  for (const group of groups) {
    if (!GROUP.test(group)) throw new RangeError(`No name of a group: ${JSON.stringify(group)}.`)
  }
  return groups.join(',')
}

function writeSchema(schema: number | string): string {
  if (typeof schema !== 'string' && !Number.isFinite(schema)) throw new RangeError(`No schema: ${schema}.`)
  const escape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(schema).replace(NOT_ASCII, escape)
}

function whole(number: number): number {
  const floor = Math.max(0, Math.floor(number))
  if (!Number.isSafeInteger(floor)) throw new RangeError(`Not a number that an entry can carry: ${number}.`)
  return floor
}
