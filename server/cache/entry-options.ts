import {
  type Duration,
  type Policies,
  ThermoclineError,
  assertGroupName,
  describeValue,
  findPolicy,
  parseDuration,
  refuseUnknownOptions,
} from '../../policy/index.ts'
import type { ValueCodec } from './value-codec.ts'

/** Names of groups, or a function that finds them in the value. */
export type EntryGroups<T> = readonly string[] | ((value: T) => readonly string[])

/** What a call says of one entry. */
export interface EntryOptions<T> {
  /** Takes the lifetimes from the policy of that name. @default l1 '1m', l2 '5m' */
  readonly policy?: string | undefined
  /** Lifetime in this process, over the policy's. 0: not kept there. */
  readonly l1?: Duration | undefined
  /** Lifetime in Redis, over the policy's. 0: not kept there. */
  readonly l2?: Duration | undefined
  /** The groups it belongs to, or a function that finds them in the value. @default [] */
  readonly groups?: EntryGroups<T> | undefined
  /** Writes and reads the value in L2. @default JSON; what that can't carry stays in L1 */
  readonly codec?: ValueCodec<T> | undefined
}

export interface Lifetimes {
  readonly l1Ms: number
  readonly l2Ms: number
}

const KNOWN = ['policy', 'l1', 'l2', 'groups', 'codec']

const DEFAULT_LIFETIMES: Lifetimes = Object.freeze({ l1Ms: 60_000, l2Ms: 300_000 })

/** The lifetimes that a call asks for. Throws `policy-unknown` or `duration-invalid`. */
export function resolveLifetimes<T>(options: EntryOptions<T>, policies: Policies): Lifetimes {
  refuseUnknownOptions('An entry', options, KNOWN)
  const base = options.policy === undefined ? DEFAULT_LIFETIMES : findPolicy(policies, options.policy)
  if (options.l1 === undefined && options.l2 === undefined) return base
  return {
    l1Ms: options.l1 === undefined ? base.l1Ms : parseDuration(options.l1, 'l1'),
    l2Ms: options.l2 === undefined ? base.l2Ms : parseDuration(options.l2, 'l2'),
  }
}

/** Checks a key. Throws `key-invalid`. */
export function assertKey(key: unknown): asserts key is string {
  if (typeof key === 'string' && key !== '') return
  throw new ThermoclineError(
    'key-invalid',
    `The key is ${key === '' ? 'empty' : describeValue(key)}. Give a text such as "product:42".`,
  )
}

/** Checks group names that were given or found in a value. Throws `group-invalid`. */
export function checkGroups(groups: readonly string[]): readonly string[] {
  if (!Array.isArray(groups)) {
    throw new ThermoclineError(
      'option-invalid',
      `\`groups\` is ${describeValue(groups)}. Give an array of names.`,
    )
  }
  // A copy: the caller may go on using its array.
  return groups.map((group: unknown) => {
    assertGroupName(group)
    return group
  })
}
