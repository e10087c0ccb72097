import type { ValueCodec } from './value-codec.ts'

/** One value as L2 keeps it. */
export interface CacheEntry {
  readonly value: unknown
  readonly groups: readonly string[]
  /** The log's head when the value's load began: what fences are compared with. */
  readonly since: number
  readonly expiresAtMs: number
}

// Each is the first byte of its entries, as a digit. An entry of another version is a miss.
const JSON_VERSION = '1'
const CODEC_VERSION = '2'
const HEAD_AT = 5

/**
 * Writes an entry for L2. Without a codec: a digit, then JSON. With one: a digit, the length of a JSON head in four bytes,
 * the head, then what the codec made of the value. Throws where the value can't be written.
 */
export function encodeEntry<T>(entry: CacheEntry, codec?: ValueCodec<T>): string | Buffer {
  const { since, expiresAtMs, groups, value } = entry
  if (codec === undefined) return JSON_VERSION + JSON.stringify([since, expiresAtMs, groups, value])
  const head = Buffer.from(JSON.stringify([since, expiresAtMs, groups]))
  const start = Buffer.alloc(HEAD_AT, CODEC_VERSION)
  start.writeUInt32BE(head.length, 1)
  return Buffer.concat([start, head, codec.encode(value as T)])
}

/** Reads an entry; anything that is not one of this version and codec is a miss. What Redis holds is not trusted to be well formed. */
export function decodeEntry(
  bytes: Buffer,
  codec?: Pick<ValueCodec<unknown>, 'decode'>,
): CacheEntry | undefined {
  try {
    const version = bytes.toString('latin1', 0, 1)
    if (version !== (codec === undefined ? JSON_VERSION : CODEC_VERSION)) return undefined
    if (codec === undefined) {
      const parts: unknown = JSON.parse(bytes.toString('utf8', 1))
      if (!Array.isArray(parts) || parts.length !== 4) return undefined
      return readHead(parts, parts[3])
    }
    const bodyAt = HEAD_AT + bytes.readUInt32BE(1)
    if (bodyAt > bytes.length) return undefined
    const head: unknown = JSON.parse(bytes.toString('utf8', HEAD_AT, bodyAt))
    if (!Array.isArray(head) || head.length !== 3) return undefined
    return readHead(head, codec.decode(bytes.subarray(bodyAt)))
  } catch {
    return undefined
  }
}

function readHead([since, expiresAtMs, groups]: unknown[], value: unknown): CacheEntry | undefined {
  if (typeof since !== 'number' || typeof expiresAtMs !== 'number') return undefined
  if (!Array.isArray(groups) || !groups.every((group) => typeof group === 'string')) return undefined
  return { since, expiresAtMs, groups, value }
}
