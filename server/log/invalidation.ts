import { ThermoclineError, assertGroupName, describeValue } from '../../policy/index.ts'

/** What to let go of: any mix of keys, groups and key prefixes. The empty prefix means everything. */
export interface Invalidation {
  readonly keys?: readonly string[]
  readonly groups?: readonly string[]
  readonly prefixes?: readonly string[]
}

/** An invalidation with every part present. */
export type CompleteInvalidation = Required<Invalidation>

export const EVERYTHING: CompleteInvalidation = Object.freeze({ keys: [], groups: [], prefixes: [''] })

/**
 * Checks what a caller asked for. An empty request is refused, because it is always a mistake (a group list built from
 * nothing) and would otherwise pass for success. Throws `option-invalid`, `key-invalid` or `group-invalid`.
 */
export function checkInvalidation(invalidation: Invalidation): CompleteInvalidation {
  const unknown = Object.keys(invalidation).find((part) => !['keys', 'groups', 'prefixes'].includes(part))
  if (unknown !== undefined) {
    throw new ThermoclineError(
      'option-invalid',
      `\`invalidate\` knows no \`${unknown}\`. It takes \`keys\`, \`groups\` and \`prefixes\`.`,
    )
  }
  const complete = { keys: [], groups: [], prefixes: [], ...invalidation }
  for (const part of ['keys', 'groups', 'prefixes'] as const) {
    const list: unknown = complete[part]
    if (Array.isArray(list) && list.every((name) => typeof name === 'string')) continue
    throw new ThermoclineError(
      'option-invalid',
      `\`invalidate\` was given \`${part}: ${describeValue(list)}\`. Give an array of strings.`,
    )
  }
  complete.groups.forEach(assertGroupName)
  if (complete.keys.length + complete.groups.length + complete.prefixes.length === 0) {
    throw new ThermoclineError(
      'option-invalid',
      '`invalidate` was given nothing to invalidate. Name at least one key, group or prefix; `prefixes: [""]` is everything.',
    )
  }
  // Copies: the caller may go on using its arrays.
  return { keys: [...complete.keys], groups: [...complete.groups], prefixes: [...complete.prefixes] }
}

/** As one log entry carries it. */
export function encodeInvalidation({ keys, groups, prefixes }: CompleteInvalidation): string {
  return JSON.stringify([keys, groups, prefixes])
}

/** The reverse; what can't be read invalidates everything, since late is allowed and lost is not. */
export function decodeInvalidation(text: string): CompleteInvalidation {
  try {
    const [keys, groups, prefixes] = JSON.parse(text) as unknown[]
    if (isStrings(keys) && isStrings(groups) && isStrings(prefixes)) return { keys, groups, prefixes }
  } catch {
    // Falls through to the safe reading.
  }
  return EVERYTHING
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'string')
}
