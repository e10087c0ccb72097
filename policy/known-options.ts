import { ThermoclineError, describeValue } from './errors.ts'

/** Refuses what is no object, or holds an option that `what` does not know: a misspelt one would silently do nothing. Throws `option-invalid`. */
export function refuseUnknownOptions(what: string, options: unknown, known: readonly string[]): void {
  const names = known.map((name) => `\`${name}\``).join(', ')
  if (typeof options !== 'object' || options === null) {
    throw new ThermoclineError(
      'option-invalid',
      `${what} was given ${describeValue(options)}. Give an object with ${names}.`,
    )
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new ThermoclineError('option-invalid', `${what} has no option \`${unknown}\`. It takes ${names}.`)
}
