import { ThermoclineError, assertGroupName, describeValue, refuseUnknownOptions } from '../../policy/index.ts'

/** What becomes of what is invalidated: it is gone, or it counts as expired. Every process of today takes both for the first; a later one may tell them apart. */
type InvalidationMode = 'delete' | 'expire'

/** What to let go of: any mix of keys, groups and key prefixes. The empty prefix means everything. */
export interface Invalidation {
  readonly keys?: readonly string[]
  readonly groups?: readonly string[]
  readonly prefixes?: readonly string[]
}

/** An invalidation with every list present. */
export interface CompleteInvalidation extends Required<Invalidation> {
  /** Absent: 'delete'. */
  readonly mode?: InvalidationMode
  /** When it was appended, in ms since the epoch by its author's clock: to be shown to people, never to be compared. */
  readonly at?: number
}

export const EVERYTHING: CompleteInvalidation = Object.freeze({ keys: [], groups: [], prefixes: [''] })

/** Names nothing: an entry of the log that is there to be met. */
export const NOTHING: CompleteInvalidation = Object.freeze({ keys: [], groups: [], prefixes: [] })

const LISTS = ['keys', 'groups', 'prefixes'] as const

/**
 * Checks what a caller asked for. An empty request is refused, because it is always a mistake (a group list built from
 * nothing) and would otherwise pass for success. Throws `option-invalid`, `key-invalid` or `group-invalid`.
 */
export function checkInvalidation(invalidation: Invalidation): CompleteInvalidation {
  refuseUnknownOptions('`invalidate`', invalidation, LISTS)
  const { keys = [], groups = [], prefixes = [] } = invalidation
  const complete = { keys, groups, prefixes }
  for (const part of LISTS) {
    const list: unknown = complete[part]
    if (isStrings(list)) continue
    throw new ThermoclineError(
      'option-invalid',
      `\`invalidate\` was given \`${part}: ${describeValue(list)}\`. Give an array of strings.`,
    )
  }
  groups.forEach(assertGroupName)
  if (isNothing(complete)) {
    throw new ThermoclineError(
      'option-invalid',
      '`invalidate` was given nothing to invalidate. Name at least one key, group or prefix; `prefixes: [""]` is everything.',
    )
  }
  // Copies: the caller may go on using its arrays.
  return { keys: [...keys], groups: [...groups], prefixes: [...prefixes] }
}

export function isNothing({ keys, groups, prefixes }: CompleteInvalidation): boolean {
  return keys.length + groups.length + prefixes.length === 0
}

/** As one log entry carries it. What came later stands last, where those who do not know it do not look. */
export function encodeInvalidation({ keys, groups, prefixes, mode, at }: CompleteInvalidation): string {
  return JSON.stringify([keys, groups, prefixes, mode ?? 'delete', at])
}

/**
 * The reverse; what can't be read invalidates everything, since late is allowed and lost is not. So does a mode that this
 * version does not know: it may ask for more than a deletion.
 */
export function decodeInvalidation(text: string): CompleteInvalidation {
  try {
    const [keys, groups, prefixes, mode = 'delete', at] = JSON.parse(text) as unknown[]
    if (isStrings(keys) && isStrings(groups) && isStrings(prefixes) && isMode(mode)) {
      return { keys, groups, prefixes, mode, ...(typeof at === 'number' ? { at } : {}) }
    }
  } catch {
    // Falls through to the safe reading.
  }
  return EVERYTHING
}

function isMode(value: unknown): value is InvalidationMode {
  return value === 'delete' || value === 'expire'
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'string')
}
