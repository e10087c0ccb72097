import { ThermoclineError, describeValue } from '../../policy/index.ts'
import type { SchemaIssue, SchemaResult, StandardSchema } from './standard-schema.ts'

const MOST_PLACES = 3
const LONGEST_PLACE = 80

/**
 * Checks that `schema` is one, and that it answers at once. A schema doesn't say whether it is asynchronous, so it is asked
 * about `undefined`; one that is so for some values only is found out when it meets the first. Throws `option-invalid`.
 */
export function assertSchema(schema: unknown, name: string): asserts schema is StandardSchema {
  const isCarrier = (typeof schema === 'object' && schema !== null) || typeof schema === 'function'
  const standard = isCarrier ? (schema as Partial<StandardSchema>)['~standard'] : undefined
  // A schema may come from JavaScript, where nothing else tells that a later version is meant.
  const version: unknown = standard?.version
  if (typeof standard?.validate !== 'function' || version !== 1) {
    throw new ThermoclineError(
      'option-invalid',
      `\`schema\` of the entry ${JSON.stringify(name)} is ${describeValue(schema)} and no Standard Schema 1. ` +
        'Give one of Zod, Valibot, ArkType or another library whose schemas have `~standard`.',
    )
  }
  let answer: unknown
  try {
    answer = standard.validate(undefined)
  } catch {
    // A transform that can't take `undefined`: that it threw shows that it answers at once.
    return
  }
  if (!isPromise(answer)) return
  const error = asynchronous(name, answer)
  // Zod tries again with a promise when a function in a schema throws, as one that is not made for `undefined` may.
  if (standard.vendor !== 'zod') throw error
}

/** What the schema makes of a value. Throws `option-invalid` where it is asynchronous, and whatever a function inside the schema throws. */
export function validateNow<Output>(
  schema: StandardSchema<unknown, Output>,
  value: unknown,
  name: string,
): SchemaResult<Output> {
  const result = schema['~standard'].validate(value)
  if (isPromise(result)) throw asynchronous(name, result)
  return result
}

/** The error for a value that does not fit. It says where, not what: messages of schema libraries quote the value. */
export function misfit(name: string, key: string, issues: readonly SchemaIssue[]): ThermoclineError {
  const places = issues.slice(0, MOST_PLACES).map(placeOf).join(', ')
  const more = issues.length > MOST_PLACES ? ` and ${issues.length - MOST_PLACES} more` : ''
  return new ThermoclineError(
    'value-invalid',
    `The value given for ${describeValue(key)} does not fit the schema of the entry ${JSON.stringify(name)}, at ${places}${more}. ` +
      'It was not kept. Mend the loader, or the schema if the value is right.',
  )
}

function placeOf({ path = [] }: SchemaIssue): string {
  if (path.length === 0) return 'its top'
  const names = path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.')
  return describeValue(names.slice(0, LONGEST_PLACE))
}

function isPromise(value: unknown): value is Promise<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}

function asynchronous(name: string, answer: Promise<unknown>): ThermoclineError {
  // Nobody waits for it any more, and how it ends must not end the process.
  Promise.resolve(answer).catch(() => {})
  return new ThermoclineError(
    'option-invalid',
    `The schema of the entry ${JSON.stringify(name)} answered with a promise, and a read of the cache does not wait for a schema. ` +
      'Do asynchronous checks in the loader. If there are none: a function in a schema of Zod that throws has the same effect; add an issue instead.',
  )
}
