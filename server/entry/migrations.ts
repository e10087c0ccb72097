import { ThermoclineError, describeValue } from '../../policy/index.ts'

/**
 * How values that an earlier version of the entry wrote become what the schema takes today: one step for each version, from it to
 * the next; or one function, which is told the version. What comes out is checked by the schema. `undefined`, or an error thrown, makes the
 * old value a miss. Version 0 is what was written without a definition.
 */
export type Migrations =
  | { readonly [fromVersion: number]: (old: unknown) => unknown }
  | ((old: unknown, fromVersion: number) => unknown)

/** Brings a value of an earlier version up to today's; `undefined` where there is no way. */
export type Migrate = (old: unknown, fromVersion: number) => unknown

/** Checks versions and steps of an entry. Throws `option-invalid`. */
export function resolveMigrations(
  name: string,
  version: number,
  migrations: Migrations | undefined,
): Migrate {
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new ThermoclineError(
      'option-invalid',
      `\`version\` of the entry ${JSON.stringify(name)} is ${describeValue(version)}. Give a whole number from 1 on, and a greater one for each change of shape.`,
    )
  }
  if (migrations === undefined) return () => undefined
  if (typeof migrations === 'function') return migrations
  const steps = readSteps(name, version, migrations)
  return (old, fromVersion) => {
    if (!steps.has(fromVersion)) return undefined
    let value = old
    for (let from = fromVersion; from < version && value !== undefined; from += 1) {
      value = steps.get(from)?.(value)
    }
    return value
  }
}

function readSteps(
  name: string,
  version: number,
  migrations: unknown,
): ReadonlyMap<number, (old: unknown) => unknown> {
  const steps = new Map<number, (old: unknown) => unknown>()
  if (typeof migrations !== 'object' || migrations === null) {
    throw refused(name, describeValue(migrations), 'Give an object of steps, or a function.')
  }
  for (const [text, step] of Object.entries(migrations)) {
    const from = Number(text)
    if (!Number.isSafeInteger(from) || from < 0 || from >= version) {
      throw refused(
        name,
        `for version ${describeValue(text)}`,
        `\`version\` is ${version}, and a step is named by the version it starts from: ${remedyFor(from, version)}.`,
      )
    }
    if (typeof step !== 'function')
      throw refused(name, `${describeValue(step)} at ${from}`, 'Give a function.')
    steps.set(from, step as (old: unknown) => unknown)
  }
  const first = Math.min(...steps.keys())
  for (let from = first; from < version; from += 1) {
    // A gap would lose quietly what the steps before it were written to save.
    if (!steps.has(from)) throw refused(name, `without a step from ${from} to ${from + 1}`, 'Add it.')
  }
  return steps
}

function remedyFor(from: number, version: number): string {
  const raise = Number.isSafeInteger(from) && from >= version ? `raise \`version\` to ${from + 1}, or ` : ''
  return `${raise}name ${version === 1 ? 'a step 0' : `steps 0 to ${version - 1}`}`
}

function refused(name: string, seen: string, remedy: string): ThermoclineError {
  return new ThermoclineError(
    'option-invalid',
    `\`migrate\` of the entry ${JSON.stringify(name)} is ${seen}. ${remedy}`,
  )
}
