import { ThermoclineError, describeValue } from './errors.ts'

/** Refuses what is no object, or holds an option that `what` does not know: a misspelt one would silently do nothing. Throws `option-invalid`. */
export function refuseUnknownOptions(what: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new ThermoclineError(
      'option-invalid',
      `${what} was given ${describeValue(options)}. Give an object with ${list(known)}.`,
    )
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new ThermoclineError(
    'option-invalid',
    `${what} has no option \`${unknown}\`. It takes ${list(known)}.`,
  )
}

/** Made only for a message: options are checked on the way of a request too. */
function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}
