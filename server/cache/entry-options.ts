import {
  type Duration,
  ThermoclineError,
  assertGroupName,
  describeValue,
  refuseUnknownOptions,
} from '../../policy/index.ts'
import type { ValueCodec } from './value-codec.ts'

/** Names of groups, or a function that finds them in the value. */
export type EntryGroups<T = unknown> = readonly string[] | ((value: T, key: string) => readonly string[])

/** What a value says of its own lifetimes; what is left out stays as it was. */
export interface ValueLifetimes {
  readonly l1?: Duration | undefined
  readonly l2?: Duration | undefined
}

/** What a call says of one entry; `Name` is what a policy may be called. */
export interface EntryOptions<T = unknown, Name extends string = string> {
  /** Takes `l1`, `l2` and, for what is still there, `staleIfError` from the policy of that name. @default l1 '1m', l2 '5m' */
  readonly policy?: Name | undefined
  /** Lifetime in this process, over the policy's. 0: not kept there. */
  readonly l1?: Duration | undefined
  /** Lifetime in L2, over the policy's. 0: not kept there. */
  readonly l2?: Duration | undefined
  /** Lifetime in both tiers of `null`, which says that there is no such thing. @default as any other value's */
  readonly negative?: Duration | undefined
  /** Lifetimes that the value decides, over all others. @default none */
  readonly lifetimes?: ((value: T) => ValueLifetimes) | undefined
  /** Ends an entry that nobody has read for this long, before its lifetime does. @default lifetimes alone count */
  readonly sliding?: Duration | undefined
  /** How far lifetimes are shortened at random, as a share of 1, so that what was loaded together does not expire together. @default the cache's */
  readonly jitter?: number | undefined
  /** How long after its lifetime a value may be given while it is loaded again in the background (RFC 5861 §3). @default 0 */
  readonly staleWhileRevalidate?: Duration | undefined
  /** How long after its lifetime a value may stand in for a failed load (RFC 5861 §4). @default the policy's, for what L1 still has; else 0 */
  readonly staleIfError?: Duration | undefined
  /** With a stale value at hand: how long to wait for the loader before giving that. 0: until it is done. @default 0 */
  readonly softTimeout?: Duration | undefined
  /** How long a load may take before it fails with `load-timeout`. 0: for ever. @default '30s' */
  readonly hardTimeout?: Duration | undefined
  /** How long a failed load is not tried again, doubled by each further failure up to 30 times that. @default 0; a second where a stale value stands in */
  readonly failureBackoff?: Duration | undefined
  /**
   * How eagerly a value is loaded again before it expires, by how long its loader takes: the `beta` of XFetch (Vattani et al.,
   * "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015). 0: never. @default 1
   */
  readonly earlyRefresh?: number | undefined
  /** Whether a missing value is loaded once in all processes or once in each. @default 'fleet', where L2 can give leases */
  readonly oneLoad?: 'fleet' | 'process' | undefined
  /** The groups it belongs to, or a function that finds them in the value. @default [] */
  readonly groups?: EntryGroups<T> | undefined
  /** Writes and reads the value in L2. @default JSON; what that can't carry stays in L1 */
  readonly codec?: EntryOptionsCodec<T> | undefined
}

/** A `ValueCodec`. What it decodes is as `encode` has it, and told apart here so that options without a codec fit values of every type. */
type EntryOptionsCodec<T> = Omit<ValueCodec<T>, 'decode'> & Pick<ValueCodec<unknown>, 'decode'>

/** Options for entries that are only read: those of `getOrSet`, so that both can share an object. What is about loading means nothing. */
export type ReadOptions<T = unknown, Name extends string = string> = EntryOptions<T, Name>

export const ENTRY_OPTIONS: readonly (keyof EntryOptions)[] = [
  'policy',
  'l1',
  'l2',
  'negative',
  'lifetimes',
  'sliding',
  'jitter',
  'staleWhileRevalidate',
  'staleIfError',
  'softTimeout',
  'hardTimeout',
  'failureBackoff',
  'earlyRefresh',
  'oneLoad',
  'groups',
  'codec',
]

/** Refuses options that entries do not have; those of a definition are told by what only `defineEntry` adds. Throws `option-invalid`. */
export function checkEntryOptions(options: unknown): void {
  const given = options as { schema?: unknown; admit?: unknown; prepare?: unknown } | null | undefined
  // Checked when they were defined. On the way of each of their misses, that is enough.
  if (typeof given?.admit === 'function' && typeof given.prepare === 'function') return
  if (given?.schema !== undefined) {
    throw new ThermoclineError(
      'option-invalid',
      `An entry was given \`schema\`, which is ${describeValue(given.schema)}. Schemas go in \`defineEntry\`, and \`cache.entry(definition)\` has the methods that check by them.`,
    )
  }
  refuseUnknownOptions('An entry', options, ENTRY_OPTIONS)
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
