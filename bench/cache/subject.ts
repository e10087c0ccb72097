/** Makes the value of a key that no tier has. */
export type Load = () => Promise<unknown>

/** Makes the values of keys that no tier has, in the order of the keys. */
export type LoadMany = (keys: readonly string[]) => Promise<object[]>

/**
 * One cache, opened. What it can't do is left out. Each method hands on the library's
 * own promise, so that no adapter adds a turn of the loop to what is measured.
 */
export interface Subject {
  getOrSet(key: string, load: Load, groups?: readonly string[]): Promise<unknown>
  get?(key: string): Promise<unknown>
  /** From L1, at once. */
  peek?(key: string): unknown
  set(key: string, value: unknown, groups?: readonly string[]): Promise<unknown>
  delete(key: string): Promise<unknown>
  /** Whether an entry can be in several groups. */
  readonly takesGroups?: true
  invalidateGroup?(group: string): Promise<unknown>
  getMany?(keys: readonly string[]): Promise<unknown>
  /** Loads all that are missing with one call. */
  getOrSetMany?(keys: readonly string[], loadMany: LoadMany): Promise<unknown>
  close(): Promise<void>
}

/** Which tiers a subject is opened with; `l2` alone shows what reading Redis costs. */
type Tiers = 'l1' | 'l2' | 'both'

export interface Opening {
  readonly tiers: Tiers
  readonly port: number
  readonly namespace: string
  /** Speed is measured without the limits that belong to an outage: on a busy machine they would measure the machine. */
  readonly isPatient: boolean
  /** Entries that L1 has room for. @default 1_000_000, more than is ever measured but memory */
  readonly maxEntries?: number
}

/** Opens a cache, or resolves with `undefined` where it has no such tier. */
export type Adapter = (opening: Opening) => Promise<Subject | undefined>

/** Entries live longer than any measurement. */
export const TTL_MS = 600_000
export const MAX_ENTRIES = 1_000_000
