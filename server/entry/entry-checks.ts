import { misfit, validateNow } from './check-value.ts'
import type { CheckedEntryOptions } from './cache-like.ts'
import type { EntryDefinition } from './define-entry.ts'

/**
 * The two doors of a definition's values. Behind both is the schema, which takes what L2 keeps and makes of it what L1 holds:
 * once for each way in, so that a transform never meets what it made itself.
 */
export function checksOf<P extends readonly unknown[], In, Out>(
  definition: EntryDefinition<P, In, Out>,
): Pick<CheckedEntryOptions<Out>, 'schema' | 'admit' | 'prepare'> {
  const { name, version, schema, migrate } = definition
  return {
    schema: version,
    admit: (stored, from) => {
      try {
        const value = from === version ? stored : bringUp(stored, from)
        if (value === undefined) return undefined
        const result = validateNow(schema, value, name)
        return result.issues === undefined && result.value !== undefined ? { value: result.value } : undefined
      } catch {
        // The loader can still make a good one; if the schema itself is at fault, it will say so there.
        return undefined
      }
    },
    prepare: (given, key) => {
      const result = validateNow(schema, given, name)
      if (result.issues !== undefined) throw misfit(name, key, result.issues)
      return result.value
    },
  }

  function bringUp(stored: unknown, from: string | number): unknown {
    // A later version was written by a process that is newer than this one, as in the middle of a deployment.
    return typeof from === 'number' && from < version ? migrate(stored, from) : undefined
  }
}
