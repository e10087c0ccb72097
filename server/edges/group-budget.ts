import { createHash } from 'node:crypto'

/** What the field by which an edge learns of a response's groups may hold. */
export interface GroupBudget {
  /** Names in one field. */
  readonly maxNames: number
  /** Bytes of the field's value, its separators included. */
  readonly maxBytes: number
  /** What stands between two names. */
  readonly separator: ',' | ', ' | ' '
  /** A longer name is hashed, so this is also the longest one that is sent. 15 at least: hashing makes no shorter ones. @default 32 */
  readonly maxNameLength?: number | undefined
}

/** Stands for all groups of a response that is in more of them than its field can hold. */
export const COARSE_GROUP = 'overflow.groups'

const PORTABLE = /^[a-z0-9._~-]+$/
const DEFAULT_NAME_LENGTH = 32
const HASH_PREFIX = 'h.'

/**
 * The groups of a response as an edge is told of them, each once and in their order; empty where it is in none.
 *
 * Whether a name is hashed depends on the name alone, not on what stands beside it: so whoever purges it knows what it is called
 * in every response, and one name is one token to purge. What does not fit even so is in `COARSE_GROUP` instead of its own
 * groups, and that one is purged with any of them: such a response leaves the edge too often, never too late.
 */
export function groupField(groups: Iterable<string>, budget: GroupBudget): string {
  const tokens = translated(groups, budget)
  const field = tokens.join(budget.separator)
  const fits = tokens.length <= budget.maxNames && field.length <= budget.maxBytes
  return fits ? field : COARSE_GROUP
}

/**
 * What an edge must purge to let go of these groups: each under the name that `groupField` gives it, and `COARSE_GROUP`. So one
 * more than there are groups: a purger whose vendor takes N names a request takes N - 1 groups (`mostNames`).
 */
export function groupsToPurge(groups: Iterable<string>, budget: GroupBudget): string[] {
  return [...translated(groups, budget), COARSE_GROUP]
}

function translated(
  groups: Iterable<string>,
  { maxNameLength = DEFAULT_NAME_LENGTH }: GroupBudget,
): string[] {
  return [...new Set(Array.from(groups, (group) => tokenOf(group, maxNameLength)))]
}

/**
 * 64 bits of SHA-256 in base 36, which no vendor's rules about case or characters change. Two names that come to the same are
 * purged together, as is one that a caller gave the same name as a hash: too much now and then, never too little.
 */
function tokenOf(group: string, maxNameLength: number): string {
  // A handler may have written the field by hand, and any printable character into it.
  if (group.length <= maxNameLength && PORTABLE.test(group)) return group
  const digest = createHash('sha256').update(group).digest().readBigUInt64BE()
  return HASH_PREFIX + digest.toString(36).padStart(13, '0')
}
