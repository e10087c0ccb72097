import type { ValueCodec } from '../cache/value-codec.ts'
import { sealValue } from '../cache/seal-value.ts'

const MARK = '$'

/**
 * Rows in L2: JSON, in which what JSON lacks is an object with one member whose name begins with `$`. So a `Date` comes back as a `Date`, and
 * bigints, bytes, NaN, infinities and -0 as what they were. What has a class of its own, such as an interval of node-postgres, can't be
 * written, and its rows stay in L1.
 */
export const rowsCodec: ValueCodec<unknown> = {
  isCompressible: true,
  encode: (rows) => Buffer.from(JSON.stringify(write(rows))),
  decode: (bytes) => read(JSON.parse(bytes.toString())),
  // It freezes them too, as it does what needs no codec.
  sizeOf: (rows) => sealValue(rows).bytes,
}

function write(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return value
      return { $number: Object.is(value, -0) ? '-0' : String(value) }
    case 'bigint':
      return { $bigint: String(value) }
    case 'undefined':
      return { $undefined: true }
    case 'object':
      return value === null ? null : writeObject(value)
    default:
      throw new TypeError('A row holds what can not be written.')
  }
}

function writeObject(value: object): unknown {
  if (Array.isArray(value)) return value.map(write)
  if (value instanceof Date) return { $date: value.getTime() }
  if (Buffer.isBuffer(value)) return { $buffer: value.toString('base64') }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError('A row holds an object of a class.')
  }
  const members = Object.entries(value).map(([name, member]) => [name, write(member)] as const)
  const object = Object.fromEntries(members)
  // A json column may hold anything, also what looks like a mark.
  return members.length === 1 && members[0]?.[0].startsWith(MARK) ? { $object: object } : object
}

function read(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(read)
  const members = Object.entries(value)
  const [name, held] = members[0] ?? ['', undefined]
  return members.length === 1 && name.startsWith(MARK) ? readMarked(name, held) : readMembers(value)
}

function readMembers(value: object): object {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, read(member)]))
}

function readMarked(name: string, held: unknown): unknown {
  switch (name) {
    case '$number':
      return Number(held)
    case '$bigint':
      return BigInt(String(held))
    case '$undefined':
      return undefined
    case '$date':
      // JSON has no NaN, and makes null of it.
      return new Date(held === null ? Number.NaN : Number(held))
    case '$buffer':
      return Buffer.from(String(held), 'base64')
    case '$bytes':
      return new Uint8Array(Buffer.from(String(held), 'base64'))
    case '$object':
      return readMembers(held as object)
    default:
      throw new TypeError('These rows were written by another version.')
  }
}
