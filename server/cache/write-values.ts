import { ThermoclineError } from '../../policy/index.ts'
import type { CacheParts } from './cache-parts.ts'
import { assertKey } from './entry-options.ts'
import type { EntryRules } from './entry-rules.ts'
import { Overtaking } from './overtaking.ts'
import { TierEntries } from './tier-entries.ts'

/** One value for `setMany`. */
export interface KeyValue<T> {
  readonly key: string
  readonly value: T
}

/**
 * Puts values in both tiers as of where their keys' invalidation stands in the log; what is invalidated after that is not kept. Rejects with
 * `key-invalid`, or `value-unserializable` for `undefined`.
 */
export async function writeValues<T>(
  parts: CacheParts,
  given: readonly KeyValue<T>[],
  rules: EntryRules<T>,
): Promise<void> {
  for (const { key } of given) assertKey(key)
  const values = given.map(({ key, value: from }) => ({ key, from, value: rules.valueOf(from, key) }))
  const empty = values.find(({ value }) => value === undefined)
  if (empty !== undefined) {
    throw new ThermoclineError(
      'value-unserializable',
      `\`set\` was given no value for ${JSON.stringify(empty.key)}. Use \`delete\` to remove it.`,
    )
  }
  if (values.length === 0) return
  // Taken first: the values tell of now, and this process may be held up until the log has answered.
  const beganAtMs = parts.monotonicNow()
  const overtaking = new Overtaking()
  const invalidation = { keys: values.map(({ key }) => key), groups: [], prefixes: [] }
  const carried = await parts.coherence.invalidate(invalidation, { onOther: overtaking.note })
  const { seq, tick, isAcknowledged } = carried
  const writes = values.flatMap(({ key, from, value }) => {
    const entries = new TierEntries<T>(parts, key, rules)
    const ready = entries.prepare(value, from, { since: seq, tick, beganAtMs })
    if (typeof ready === 'string') return []
    if (overtaking.covers(key, ready.entry.groups, isAcknowledged ? seq : undefined)) return []
    entries.store(ready)
    return ready.write ?? []
  })
  await parts.l2?.setMany(writes)
}
