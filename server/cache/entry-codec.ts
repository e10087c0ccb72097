/** One value as L2 keeps it. */
export interface CacheEntry {
  readonly value: unknown
  readonly groups: readonly string[]
  /** The log's head when the value's load began: what fences are compared with. */
  readonly since: number
  readonly expiresAtMs: number
}

const WIRE_VERSION = 1

/** Writes an entry for L2: a version digit, then JSON. Throws where the value has no JSON form. */
export function encodeEntry(entry: CacheEntry): string {
  const body = JSON.stringify([entry.since, entry.expiresAtMs, entry.groups, entry.value])
  return `${WIRE_VERSION}${body}`
}

/** Reads an entry; anything that is not one of this version's is a miss. What Redis holds is not trusted to be well formed. */
export function decodeEntry(text: string): CacheEntry | undefined {
  if (!text.startsWith(String(WIRE_VERSION))) return undefined
  try {
    const parts: unknown = JSON.parse(text.slice(1))
    if (!Array.isArray(parts) || parts.length !== 4) return undefined
    const [since, expiresAtMs, groups, value] = parts as unknown[]
    if (typeof since !== 'number' || typeof expiresAtMs !== 'number') return undefined
    if (!Array.isArray(groups) || !groups.every((group) => typeof group === 'string')) return undefined
    return { since, expiresAtMs, groups, value }
  } catch {
    return undefined
  }
}
