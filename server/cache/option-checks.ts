import { ThermoclineError, describeValue } from '../../policy/index.ts'

/** Checks an option that is a number from 0 to `most`. Throws `option-invalid`. */
export function shareOf(option: string, value: number, most: number): number {
  if (typeof value === 'number' && value >= 0 && value <= most) return value
  throw new ThermoclineError(
    'option-invalid',
    `\`${option}\` is ${describeValue(value)}. Give a number from 0 to ${most}.`,
  )
}

/** Checks an option that is one of a few words. Throws `option-invalid`. */
export function oneOf<const Name extends string>(option: string, value: Name, names: readonly Name[]): Name {
  if (names.includes(value)) return value
  const list = names.map((name) => `'${name}'`).join(' or ')
  throw new ThermoclineError('option-invalid', `\`${option}\` is ${describeValue(value)}. Give ${list}.`)
}

/** Checks an option that is a function, if it was given. Throws `option-invalid`. */
export function functionOf<F>(option: string, value: F | undefined): F | undefined {
  if (value === undefined || typeof value === 'function') return value
  throw new ThermoclineError('option-invalid', `\`${option}\` is ${describeValue(value)}. Give a function.`)
}
