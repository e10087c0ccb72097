import type { BatchLoader } from '../cache/batch-load.ts'
import type { EntryOptions } from '../cache/entry-options.ts'
import type { LoadStart } from '../cache/cache-parts.ts'
import type { LoadContext } from '../cache/running-loads.ts'
import type { InvalidationResult } from '../cache/tiered-cache.ts'
import type { Invalidation } from '../log/invalidation.ts'

/** The options of an entry as the cache takes them, with what a definition adds for its schema. */
export interface CheckedEntryOptions<T> extends EntryOptions<T> {
  /** The version of the value's shape, written with it. */
  readonly schema: number
  /** What a value that L2 had stands for; `undefined` makes it a miss. Never throws. */
  readonly admit: (stored: unknown, schema: string | number) => { readonly value: T } | undefined
  /** What a value that was loaded or set stands for. That goes to L1 and to callers; L2 keeps what was given. Throws where it does not fit. */
  readonly prepare: (given: unknown, key: string) => T
}

/** What a definition needs of a cache; `TieredCache` is one. */
export interface CacheLike {
  get<T>(key: string, options: CheckedEntryOptions<T>): Promise<T | undefined>
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as the cache has it.
  peek<T>(key: string): T | undefined
  getOrSet<T>(
    key: string,
    load: (context: LoadContext) => unknown,
    options: CheckedEntryOptions<T>,
  ): Promise<T>
  set<T>(key: string, given: unknown, options: CheckedEntryOptions<T>): Promise<void>
  keep<T>(key: string, given: unknown, start: LoadStart, options: CheckedEntryOptions<T>): Promise<void>
  /** In the order of the keys. */
  getMany<T>(keys: readonly string[], options: CheckedEntryOptions<T>): Promise<readonly (T | undefined)[]>
  /** In the order of the keys; missing ones are loaded in one call. */
  getOrSetMany<T>(
    keys: readonly string[],
    load: BatchLoader<T>,
    options: CheckedEntryOptions<T>,
  ): Promise<readonly (T | undefined)[]>
  invalidate(invalidation: Invalidation): Promise<InvalidationResult>
}

/** Gives options with every default filled in, to be used in their place. Throws `policy-unknown`, `duration-invalid`, `option-invalid` or `group-invalid`. */
export type ResolveEntry = <T>(options: CheckedEntryOptions<T>) => CheckedEntryOptions<T>
