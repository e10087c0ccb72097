/** Every code a `ThermoclineError` can carry; each has a heading in docs/errors.md. */
export type ErrorCode =
  | 'duration-invalid'
  | 'group-invalid'
  | 'key-invalid'
  | 'load-failed'
  | 'load-timeout'
  | 'option-invalid'
  | 'policy-conflict'
  | 'policy-unknown'
  | 'value-invalid'
  | 'value-unserializable'

const BRAND = Symbol.for('thermocline.error')

/**
 * The one error class of the toolkit: a stable `code`, and a message that says what was wrong, the value seen and what
 * to do instead. Page, worker and Node each hold a copy of this class, so test with `isThermoclineError`, not `instanceof`.
 */
export class ThermoclineError extends Error {
  readonly code: ErrorCode
  readonly [BRAND] = true

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    // A literal, because minifiers rename classes.
    this.name = 'ThermoclineError'
    this.code = code
  }
}

/** Whether a caught value is a `ThermoclineError`, from whichever copy of the library. */
export function isThermoclineError(value: unknown): value is ThermoclineError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[BRAND] === true
}

/** How a value reads inside an error message: short, and never a whole object that might hold secrets. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value)
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'function') return 'a function'
  return String(value)
}
