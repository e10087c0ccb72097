import { validateHeaderName, validateHeaderValue } from 'node:http'
import { ThermoclineError, describeValue } from '../../policy/index.ts'

/** Checks fields that go with each request to a proxy; a value may be a secret, and is not repeated. Throws `option-invalid`. */
export function headersOf(
  what: string,
  headers: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  if (headers === undefined) return {}
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    throw new ThermoclineError(
      'option-invalid',
      `\`headers\` of \`${what}\` is ${describeValue(headers)}. Give an object of fields and their values.`,
    )
  }
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name)
      if (typeof value !== 'string') throw new TypeError('It is no text.')
      validateHeaderValue(name, value)
    } catch {
      throw new ThermoclineError(
        'option-invalid',
        `\`headers\` of \`${what}\` has a field ${describeValue(name)} whose name or value can't be sent. Give texts without line breaks.`,
      )
    }
  }
  return { ...headers }
}
