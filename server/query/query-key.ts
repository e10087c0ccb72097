import { createHash } from 'node:crypto'
import { ThermoclineError, describeValue } from '../../policy/index.ts'
import { messageOf } from '../cache/message-of.ts'

/**
 * The key of a statement's rows: a digest of its normalised text and of its parameters, of which `1`, `'1'` and `1n` are three. Throws
 * `option-invalid` for a parameter that can't be told from others.
 */
export function queryKey(name: string, normalised: string, params: readonly unknown[]): string {
  const hash = createHash('sha256').update(JSON.stringify([normalised, params.map(tellApart)]))
  // 192 bits: no two statements meet by chance.
  return `${name}:${hash.digest('base64url').slice(0, 32)}`
}

function tellApart(value: unknown, index: number): unknown {
  switch (typeof value) {
    case 'string':
      return ['text', value]
    case 'boolean':
      return value
    case 'number':
      // As drivers send them; JSON has neither NaN nor -0.
      return ['number', Object.is(value, -0) ? '-0' : String(value)]
    case 'bigint':
      return ['bigint', String(value)]
    case 'undefined':
      // Drivers send it as NULL.
      return null
    case 'object':
      return value === null ? null : tellObjectApart(value, index)
    default:
      throw refuse(value, index)
  }
}

function tellObjectApart(value: object, index: number): unknown {
  if (Array.isArray(value)) return ['array', value.map((member) => tellApart(member, index))]
  if (value instanceof Date && !Number.isNaN(value.getTime())) {
    // Drivers send local time: for a column without a time zone, another offset is another value.
    return ['date', value.getTime(), value.getTimezoneOffset()]
  }
  if (ArrayBuffer.isView(value)) {
    return ['bytes', Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')]
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) {
    try {
      // A driver sends it so to a json column.
      if (!('toPostgres' in value)) return ['json', JSON.stringify(value)]
    } catch (error) {
      throw refuse(value, index, messageOf(error))
    }
  }
  throw refuse(value, index)
}

function refuse(value: unknown, index: number, why?: string): ThermoclineError {
  return new ThermoclineError(
    'option-invalid',
    `The parameter $${index + 1} is ${value instanceof Date ? 'an invalid Date' : describeValue(value)}, of which no key can be made` +
      `${why === undefined ? '' : ` (${why})`}. Give a text, a number, a bigint, a boolean, null, a Date, bytes, an array of those or a plain object.`,
  )
}
