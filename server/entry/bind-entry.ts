import { ThermoclineError, describeValue } from '../../policy/index.ts'
import { BoundEntry } from './bound-entry.ts'
import type { CacheLike, ResolveEntry } from './cache-like.ts'
import type { EntryDefinition } from './define-entry.ts'

interface Binding {
  readonly definition: unknown
  readonly entry: unknown
}

const bindings = new WeakMap<CacheLike, Map<string, Binding>>()

/**
 * The entries of a definition in a cache; the same object for the same two. `resolve` is the cache's. Throws `option-invalid` where the cache has another
 * definition of that name, whose values this one could not read, and whatever the cache finds wrong with the options.
 */
export function bindEntry<P extends readonly unknown[], In, Out>(
  definition: EntryDefinition<P, In, Out>,
  cache: CacheLike,
  resolve: ResolveEntry,
): BoundEntry<P, In, Out> {
  assertDefinition(definition)
  const names = bindings.get(cache) ?? new Map<string, Binding>()
  const known = names.get(definition.name)
  if (known?.definition === definition) return known.entry as BoundEntry<P, In, Out>
  if (known !== undefined) {
    throw new ThermoclineError(
      'option-invalid',
      `This cache has another definition of the entry ${JSON.stringify(definition.name)}. Define it once, in a module of its own, or give it another name.`,
    )
  }
  const entry = new BoundEntry(definition, cache, resolve)
  bindings.set(cache, names.set(definition.name, { definition, entry }))
  return entry
}

/** By shape: a definition may come from another copy of this package. */
function assertDefinition(definition: unknown): void {
  const given = definition as Partial<EntryDefinition<never, unknown, unknown>> | null | undefined
  if (typeof given?.keyOf === 'function' && typeof given.migrate === 'function') return
  throw new ThermoclineError(
    'option-invalid',
    `\`cache.entry\` was given ${describeValue(definition)}. Give what \`defineEntry({ name, key, schema })\` returned.`,
  )
}
