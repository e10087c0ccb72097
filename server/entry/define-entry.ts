import { ThermoclineError, describeValue, refuseUnknownOptions } from '../../policy/index.ts'
import { ENTRY_OPTIONS, type EntryOptions } from '../cache/entry-options.ts'
import { assertSchema } from './check-value.ts'
import { type KeyPart, assertEntryName, formatEntryKey } from './entry-key.ts'
import { type Migrate, type Migrations, resolveMigrations } from './migrations.ts'
import type { SchemaInput, SchemaOutput, StandardSchema } from './standard-schema.ts'

/** Writes and reads the value in L2: what the schema takes. L1 holds what the schema makes of it. */
export interface EntryCodec<In, Out> {
  encode(value: In): Uint8Array
  /** Throws for bytes that it did not write; the entry then counts as missing. */
  decode(bytes: Buffer): In
  /** Roughly how many bytes the value takes in L1. */
  sizeOf(value: Out): number
}

/** The groups of an entry, or a function that finds them in the value and in what names it. */
export type DefinedGroups<P extends readonly unknown[], Out> =
  | readonly string[]
  | ((value: Out, ...params: P) => readonly string[])

/** How a kind of entry is named, checked and kept: these, and every option that `getOrSet` takes. */
export interface EntryDefinitionOptions<P extends readonly unknown[], S extends StandardSchema> extends Omit<
  EntryOptions<SchemaOutput<S>>,
  'groups' | 'codec'
> {
  /** Begins every key, and `invalidateAll` lets go of all that begin so: 1 to 64 of a-z, 0-9, ".", "_", "~" and "-". */
  readonly name: string
  /** What tells one entry from another, from the parameters of each call: one part or a list of them. */
  readonly key: (...params: P) => KeyPart | readonly KeyPart[]
  /** A synchronous Standard Schema 1. It is asked about each value that is loaded, set or read from L2, and for no hit in L1. */
  readonly schema: S
  /** The version of the shape that the schema takes; raise it when that changes. @default 1 */
  readonly version?: number | undefined
  /** How values of earlier versions are brought up. @default they are misses */
  readonly migrate?: Migrations | undefined
  /** The groups it belongs to, or a function that finds them in the value and the parameters. @default [] */
  readonly groups?: DefinedGroups<P, SchemaOutput<S>> | undefined
  /** Writes and reads in L2 what the schema takes. @default as `getOrSet` has it */
  readonly codec?: EntryCodec<SchemaInput<S>, SchemaOutput<S>> | undefined
}

/** A kind of entry, of no cache yet. Make one with `defineEntry`, and use it through `cache.entry(definition)`. */
export interface EntryDefinition<P extends readonly unknown[], In, Out> {
  readonly name: string
  readonly version: number
  readonly schema: StandardSchema<In, Out>
  readonly migrate: Migrate
  readonly groups: DefinedGroups<P, Out>
  /** What the cache is told of each entry besides. */
  readonly options: Omit<EntryOptions<Out>, 'groups'>
  /** The key of one entry. Throws `key-invalid`. */
  readonly keyOf: (...params: P) => string
}

// What the cache asks of a definition, and no user may give.
const RESERVED = ['admit', 'prepare']
const KNOWN = ['name', 'key', 'schema', 'version', 'migrate', ...ENTRY_OPTIONS]

/**
 * Defines a kind of entry once, for any cache: its keys, the schema of its values, its lifetimes and groups. Throws
 * `option-invalid`; what depends on the cache, such as the policy's name, is checked by `cache.entry`.
 *
 * @example
 * const product = defineEntry({ name: 'product', key: (id: number) => id, schema: productSchema, policy: 'product' })
 * const products = cache.entry(product)
 * await products.getOrSet(42, () => db.product(42))
 */
export function defineEntry<P extends readonly unknown[], S extends StandardSchema>(
  definition: EntryDefinitionOptions<P, S>,
): EntryDefinition<P, SchemaInput<S>, SchemaOutput<S>> {
  if (typeof definition !== 'object' || definition === null) {
    throw new ThermoclineError(
      'option-invalid',
      `\`defineEntry\` was given ${describeValue(definition)}. Give an object with \`name\`, \`key\`, \`schema\` and the options of the entry.`,
    )
  }
  const { name, key, schema, version = 1, migrate, groups = [], ...options } = definition
  assertEntryName(name)
  assertSchema(schema, name)
  if (typeof key !== 'function') {
    throw new ThermoclineError(
      'option-invalid',
      `\`key\` of the entry ${JSON.stringify(name)} is ${describeValue(key)}. Give a function such as \`(id: number) => id\`.`,
    )
  }
  const reserved = RESERVED.find((option) => Object.hasOwn(options, option))
  if (reserved !== undefined) {
    throw new ThermoclineError(
      'option-invalid',
      `The entry ${JSON.stringify(name)} has \`${reserved}\`, which its schema stands for. Leave it out.`,
    )
  }
  refuseUnknownOptions(`The entry ${JSON.stringify(name)}`, definition, KNOWN)
  return Object.freeze({
    name,
    version,
    schema,
    migrate: resolveMigrations(name, version, migrate),
    groups: typeof groups === 'function' ? groups : Object.freeze([...groups]),
    // The cache takes one type for both directions; which value each function of a codec gets is this folder's to keep apart.
    options: Object.freeze(options) as Omit<EntryOptions<SchemaOutput<S>>, 'groups'>,
    keyOf: (...params: P) => formatEntryKey(name, key(...params)),
  })
}
