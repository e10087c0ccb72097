import type { ValueCodec } from '../cache/value-codec.ts'
import type { EntryFacts } from './entry-head.ts'

type Entry = EntryFacts & { readonly value: unknown }

// Version 2: this byte, the length of the head in four bytes, the head, the body.
const HEAD_AT = 5

/** Version 1: a digit, then JSON of `[since, expiresAtMs, groups, value]`. Throws for anything else. */
export function decodeVersion1(bytes: Buffer): Entry {
  const parts: unknown = JSON.parse(bytes.toString('utf8', 1))
  if (!Array.isArray(parts) || parts.length !== 4) throw new TypeError('No entry.')
  return withFacts(parts, parts[3])
}

/** Version 2: what a codec wrote, behind a head of JSON. Throws for anything else. */
export function decodeVersion2(bytes: Buffer, codec: Pick<ValueCodec<unknown>, 'decode'>): Entry {
  const bodyAt = HEAD_AT + bytes.readUInt32BE(1)
  if (bodyAt > bytes.length) throw new RangeError('No entry.')
  const head: unknown = JSON.parse(bytes.toString('utf8', HEAD_AT, bodyAt))
  if (!Array.isArray(head) || head.length !== 3) throw new TypeError('No entry.')
  return withFacts(head, codec.decode(bytes.subarray(bodyAt)))
}

function withFacts([since, expiresAtMs, groups]: unknown[], value: unknown): Entry {
  const isSound =
    Number.isSafeInteger(since) &&
    Number.isFinite(expiresAtMs) &&
    Array.isArray(groups) &&
    groups.every((group) => typeof group === 'string')
  if (!isSound) throw new TypeError('No entry.')
  // Neither said how long its load took.
  return { value, groups, since: since as number, expiresAtMs: expiresAtMs as number, loadMs: 0, schema: 0 }
}
