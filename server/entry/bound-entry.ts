import { assertLoadStart, assertLoader } from '../cache/argument-checks.ts'
import type { BatchLoader } from '../cache/batch-load.ts'
import type { LoadStart } from '../cache/cache-parts.ts'
import type { LoadContext } from '../cache/running-loads.ts'
import type { InvalidationResult } from '../cache/tiered-cache.ts'
import type { CacheLike, CheckedEntryOptions, ResolveEntry } from './cache-like.ts'
import type { EntryDefinition } from './define-entry.ts'
import { SEPARATOR } from './entry-key.ts'
import { checksOf } from './entry-checks.ts'

/** Names one entry in a list: the parameter itself where there is but one and it is no array, else the parameters as an array. */
export type EntryId<P extends readonly unknown[]> = P extends readonly [infer Only]
  ? [Extract<Only, readonly unknown[]>] extends [never]
    ? Only
    : P
  : P

/** What a batch loader brings: by id, or in the order of the ids it was given. What is left out, or `undefined`, does not exist. */
export type EntryBatch<Id, In> = ReadonlyMap<Id, In> | readonly (In | undefined)[]

type BatchContext = Omit<LoadContext, 'key'>

/** The entries of one definition in one cache. Get one with `cache.entry(definition)`. */
export class BoundEntry<P extends readonly unknown[], In, Out> {
  readonly #cache: CacheLike
  readonly #definition: EntryDefinition<P, In, Out>
  /** Checked and with every default filled in, once. */
  readonly #options: CheckedEntryOptions<Out>
  readonly #perCall: PerCallOptions<Out> | undefined

  constructor(definition: EntryDefinition<P, In, Out>, cache: CacheLike, resolve: ResolveEntry) {
    const { groups, options } = definition
    this.#cache = cache
    this.#definition = definition
    const shared = { ...options, ...checksOf(definition) }
    if (typeof groups !== 'function' || groups.length === 1) {
      // Without a say in the groups, the parameters change nothing: every call then has the same options.
      const alike = groups as readonly string[] | ((value: Out) => readonly string[])
      this.#options = resolve({ ...shared, groups: alike })
      this.#perCall = undefined
    } else {
      this.#options = resolve(shared)
      this.#perCall = perCallOptions(shared)
    }
  }

  /** The key of one entry, for `cache.invalidate` and for logs. Throws `key-invalid`. */
  keyOf(...params: P): string {
    return this.#definition.keyOf(...params)
  }

  /** The value in L1 or L2, else `undefined`. Rejects with `key-invalid`. */
  async get(...params: P): Promise<Out | undefined> {
    return this.#cache.get(this.#definition.keyOf(...params), this.#options)
  }

  /** The value in L1, at once; else `undefined`. Throws `key-invalid`. */
  peek(...params: P): Out | undefined {
    return this.#cache.peek<Out>(this.#definition.keyOf(...params))
  }

  /**
   * The value: from L1, else from L2, else what the schema makes of what the loader gives. A loader that gives `undefined`
   * has nothing to keep. Rejects with what the loader throws, with `value-invalid` where its value does not fit the
   * schema, or with `key-invalid`.
   */
  getOrSet<R extends In | undefined>(
    ...args: [...params: P, load: (context: LoadContext) => R | Promise<R>]
  ): Promise<Out | Extract<R, undefined>> {
    const load = args.pop() as (context: LoadContext) => R | Promise<R>
    const params = args as unknown as P
    let key: string
    try {
      key = this.#definition.keyOf(...params)
    } catch (error) {
      // Not an async function: its promises would double what a hit costs.
      return this.#refuse(load, error)
    }
    return this.#cache.getOrSet<Out>(key, load, this.#optionsFor(params))
  }

  /** Puts a value in both tiers and makes every process drop the one it held. Rejects with `value-invalid` or `key-invalid`. */
  async set(...args: [...params: P, value: In]): Promise<void> {
    const value = args.pop() as In
    const params = args as unknown as P
    await this.#cache.set(this.#definition.keyOf(...params), value, this.#optionsFor(params))
  }

  /** Keeps a value whose load began at `start` (`cache.beginLoad()`) and tells nobody. Rejects with `value-invalid` or `key-invalid`. */
  async keep(...args: [...params: P, value: In, start: LoadStart]): Promise<void> {
    const start = args.pop() as LoadStart
    assertLoadStart(start)
    const value = args.pop() as In
    const params = args as unknown as P
    await this.#cache.keep(this.#definition.keyOf(...params), value, start, this.#optionsFor(params))
  }

  /** The values in L1 or L2, in the order of the ids. Rejects with `key-invalid`. */
  async getMany(ids: readonly EntryId<P>[]): Promise<readonly (Out | undefined)[]> {
    const keys = ids.map((id) => this.#keyOfId(id))
    return this.#cache.getMany(keys, this.#options)
  }

  /**
   * The values in the order of the ids; one call of `load` brings those that are in neither tier. Rejects with what it
   * throws, with `value-invalid` where one of its values does not fit, with `option-invalid` for a list of another length than
   * it was asked for, or with `key-invalid`.
   */
  async getOrSetMany(
    ids: readonly EntryId<P>[],
    load: (
      missing: readonly EntryId<P>[],
      context: BatchContext,
    ) => EntryBatch<EntryId<P>, In> | Promise<EntryBatch<EntryId<P>, In>>,
  ): Promise<readonly (Out | undefined)[]> {
    const keys = ids.map((id) => this.#keyOfId(id))
    assertLoader(load, this.#definition.name)
    const byKey = new Map(keys.map((key, index) => [key, ids[index] as EntryId<P>]))
    const loadMany = async (missing: readonly string[], context: BatchContext) => {
      const wanted = missing.map((key) => byKey.get(key) as EntryId<P>)
      const batch = await load(wanted, context)
      if (!(batch instanceof Map)) return batch
      // By key and not by identity: an id may be an array, and the loader may make its own.
      const pairs = [...(batch as ReadonlyMap<EntryId<P>, In>)]
      return new Map(pairs.map(([id, value]) => [this.#keyOfId(id), value]))
    }
    // What it gives becomes of the type that reads have in `prepare`, on its way through the cache.
    return this.#cache.getOrSetMany<Out>(
      keys,
      loadMany as BatchLoader<unknown> as BatchLoader<Out>,
      this.#optionsForMany(byKey),
    )
  }

  /** Removes one entry from every tier and process. Rejects with `key-invalid`. */
  async delete(...params: P): Promise<InvalidationResult> {
    return this.#cache.invalidate({ keys: [this.#definition.keyOf(...params)] })
  }

  /** Removes several at once. Rejects with `key-invalid`, or `option-invalid` for an empty list. */
  async invalidate(ids: readonly EntryId<P>[]): Promise<InvalidationResult> {
    return this.#cache.invalidate({ keys: ids.map((id) => this.#keyOfId(id)) })
  }

  /** Removes every entry of this definition, and no other's. */
  async invalidateAll(): Promise<InvalidationResult> {
    return this.#cache.invalidate({ prefixes: [this.#definition.name + SEPARATOR] })
  }

  /** Without its loader, a call lacks its last parameter too: then it is the loader to speak of. */
  async #refuse(load: unknown, error: unknown): Promise<never> {
    assertLoader(load, this.#definition.name)
    throw error
  }

  #keyOfId(id: EntryId<P>): string {
    return this.#definition.keyOf(...paramsOf<P>(id))
  }

  #optionsFor(params: P): CheckedEntryOptions<Out> {
    return this.#perCall === undefined
      ? this.#options
      : new this.#perCall((value) => this.#groupsOf(value, params))
  }

  #optionsForMany(byKey: ReadonlyMap<string, EntryId<P>>): CheckedEntryOptions<Out> {
    return this.#perCall === undefined
      ? this.#options
      : new this.#perCall((value, key) => this.#groupsOf(value, paramsOf<P>(byKey.get(key) as EntryId<P>)))
  }

  #groupsOf(value: Out, params: P): readonly string[] {
    const { groups } = this.#definition
    return typeof groups === 'function' ? groups(value, ...params) : groups
  }
}

function paramsOf<P extends readonly unknown[]>(id: EntryId<P>): P {
  return (Array.isArray(id) ? id : [id]) as unknown as P
}

type GroupsOfKey<Out> = (value: Out, key: string) => readonly string[]
type PerCallOptions<Out> = new (groups: GroupsOfKey<Out>) => CheckedEntryOptions<Out>

/** Options that have groups of their own and share the rest: a hit makes one small object that nobody reads, and copies nothing. */
function perCallOptions<Out>(shared: CheckedEntryOptions<Out>): PerCallOptions<Out> {
  class PerCall {
    readonly groups: GroupsOfKey<Out>
    constructor(groups: GroupsOfKey<Out>) {
      this.groups = groups
    }
  }
  Object.setPrototypeOf(PerCall.prototype, shared)
  return PerCall as PerCallOptions<Out>
}
