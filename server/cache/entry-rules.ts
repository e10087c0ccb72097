import {
  type Policies,
  ThermoclineError,
  describeValue,
  findPolicy,
  parseDuration,
  refuseUnknownOptions,
} from '../../policy/index.ts'
import type { CheckedEntryOptions } from '../entry/cache-like.ts'
import { type EntryOptions, type ValueLifetimes, checkEntryOptions, checkGroups } from './entry-options.ts'
import { functionOf, oneOf, shareOf } from './option-checks.ts'
import type { ValueCodec } from './value-codec.ts'

/** What a definition of entries adds to the options; nothing for callers to give. */
type SchemaChecks<T> = Pick<CheckedEntryOptions<T>, 'schema' | 'admit' | 'prepare'>

/** One for all that are in none. */
const NO_GROUPS: readonly string[] = Object.freeze([])
const OF_VALUE = ['l1', 'l2']

const HARD_TIMEOUT_MS = 30_000
const STALE_BACKOFF_MS = 1_000

/** Where the defaults of entries come from. */
export interface EntryDefaults {
  readonly policies: Policies
  readonly jitter: number
}

export interface Lifetimes {
  readonly l1Ms: number
  readonly l2Ms: number
}

/** The options of an entry with every default filled in, checked once. Throws `policy-unknown`, `duration-invalid`, `option-invalid` or `group-invalid`. */
export class EntryRules<T> {
  /** The policy's name, '' without one. */
  readonly policy: string
  readonly lifetimes: Lifetimes
  readonly slidingMs: number
  readonly jitter: number
  readonly staleWhileRevalidateMs: number
  readonly staleIfErrorMs: number
  /** How long L2 keeps a value after its lifetime. */
  readonly retentionMs: number
  readonly softTimeoutMs: number
  readonly hardTimeoutMs: number
  readonly failureBackoffMs: number
  /** The same where a stale value stands in. */
  readonly staleBackoffMs: number
  readonly beta: number
  readonly isFleetWide: boolean
  /** The groups that are known before there is a value. */
  readonly knownGroups: readonly string[]
  readonly codec: ValueCodec<T> | undefined
  readonly schema: number
  readonly admit: SchemaChecks<T>['admit'] | undefined
  readonly #prepare: SchemaChecks<T>['prepare'] | undefined
  readonly #groups: ((value: T, key: string) => readonly string[]) | undefined
  readonly #ofValue: ((value: T) => ValueLifetimes) | undefined
  readonly #negativeMs: number | undefined

  constructor(options: EntryOptions<T> & Partial<SchemaChecks<T>>, { policies, jitter }: EntryDefaults) {
    checkEntryOptions(options)
    const policy = options.policy === undefined ? undefined : findPolicy(policies, options.policy)
    const ms = (name: keyof EntryOptions<T>, otherwise: number): number => {
      const given = options[name] as string | number | undefined
      return given === undefined ? otherwise : parseDuration(given, name)
    }
    this.policy = options.policy ?? ''
    this.lifetimes = { l1Ms: ms('l1', policy?.l1Ms ?? 60_000), l2Ms: ms('l2', policy?.l2Ms ?? 300_000) }
    this.#negativeMs = options.negative === undefined ? undefined : ms('negative', 0)
    this.slidingMs = ms('sliding', 0)
    this.jitter = shareOf('jitter', options.jitter ?? jitter, 0.5)
    this.staleWhileRevalidateMs = ms('staleWhileRevalidate', 0)
    this.staleIfErrorMs = ms('staleIfError', policy?.staleIfErrorMs ?? 0)
    // The policy's window is a leave to use what is there; a day of every value in Redis is for the caller to ask for.
    this.retentionMs = Math.max(this.staleWhileRevalidateMs, ms('staleIfError', 0))
    this.softTimeoutMs = ms('softTimeout', 0)
    this.hardTimeoutMs = ms('hardTimeout', HARD_TIMEOUT_MS)
    this.failureBackoffMs = ms('failureBackoff', 0)
    this.staleBackoffMs = ms('failureBackoff', STALE_BACKOFF_MS)
    this.beta = shareOf('earlyRefresh', options.earlyRefresh ?? 1, 100)
    this.isFleetWide = oneOf('oneLoad', options.oneLoad ?? 'fleet', ['fleet', 'process']) === 'fleet'
    const { groups = NO_GROUPS } = options
    this.#groups = typeof groups === 'function' ? groups : undefined
    this.knownGroups = typeof groups === 'function' || groups === NO_GROUPS ? NO_GROUPS : checkGroups(groups)
    this.#ofValue = functionOf('lifetimes', options.lifetimes)
    this.codec = options.codec as ValueCodec<T> | undefined
    this.schema = options.schema ?? 0
    this.admit = options.admit
    this.#prepare = options.prepare
    if (this.softTimeoutMs > 0 && this.hardTimeoutMs > 0 && this.softTimeoutMs >= this.hardTimeoutMs) {
      throw new ThermoclineError(
        'option-invalid',
        `\`softTimeout\` is ${this.softTimeoutMs} ms and \`hardTimeout\` ${this.hardTimeoutMs} ms. Give the soft one less than the hard one.`,
      )
    }
  }

  /** All groups of a value. Throws what the caller's function throws, or `group-invalid`. */
  groupsOf(value: T, key: string): readonly string[] {
    return this.#groups === undefined ? this.knownGroups : checkGroups(this.#groups(value, key))
  }

  /** The value that was meant by what a loader or `set` gave. Throws what `prepare` throws. */
  valueOf(given: T, key: string): T {
    return this.#prepare === undefined || given === undefined ? given : this.#prepare(given, key)
  }

  /** The lifetimes of a value, before they are shortened. Throws what the caller's function throws, `option-invalid` or `duration-invalid`. */
  lifetimesOf(value: T): Lifetimes {
    let { l1Ms, l2Ms } = this.lifetimes
    if (value === null && this.#negativeMs !== undefined) {
      l1Ms = Math.min(l1Ms, this.#negativeMs)
      l2Ms = Math.min(l2Ms, this.#negativeMs)
    }
    const said = this.#ofValue?.(value)
    if (said === undefined) return { l1Ms, l2Ms }
    assertLifetimes(said)
    if (said.l2 !== undefined) l2Ms = parseDuration(said.l2, 'l2')
    // A value that is to live shortly must not live longer in L1 because only L2 was spoken of.
    l1Ms = said.l1 === undefined ? (l2Ms > 0 ? Math.min(l1Ms, l2Ms) : l1Ms) : parseDuration(said.l1, 'l1')
    return { l1Ms, l2Ms }
  }
}

/** A number alone would be taken for no word at all, and the value kept for as long as any other. */
function assertLifetimes(said: unknown): void {
  if (typeof said === 'object' && said !== null && !Array.isArray(said)) {
    refuseUnknownOptions('What `lifetimes` gives', said, OF_VALUE)
    return
  }
  throw new ThermoclineError(
    'option-invalid',
    `\`lifetimes\` gave ${describeValue(said)}. Give an object with \`l1\`, \`l2\` or both, such as { l2: '5m' }.`,
  )
}
