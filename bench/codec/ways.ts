import { deserialize, serialize } from 'node:v8'
import * as zlib from 'node:zlib'
import { compressSync as lz4, uncompressSync as unlz4 } from 'lz4-napi'
import { Packr } from 'msgpackr'
import * as snappy from 'snappy'
import { type CacheEntry, decodeEntry, encodeEntry } from '../../server/cache/entry-codec.ts'

/** A way to write a value, and to read it back. */
export interface Way {
  encode(value: unknown): string | Buffer
  decode(bytes: Buffer): unknown
}

const facts = { since: 1_763_800_000_123_456, expiresAtMs: 1_763_800_300_123, loadMs: 12, schema: 0 }
const groups = ['product-42']
const head = [facts.since, facts.expiresAtMs, facts.loadMs, facts.schema, groups]
// Field by field, as the cache does: an object that was spread costs more than all the rest.
const entryOf = (value: unknown, names: readonly string[]): CacheEntry => ({
  value,
  groups: names,
  since: facts.since,
  expiresAtMs: facts.expiresAtMs,
  loadMs: facts.loadMs,
  schema: facts.schema,
})
const plain = new Packr({ useRecords: false })
const records = new Packr()
const LIMIT = { maxBytes: 2 ** 26 }

/** What stands for a value alone, without what an entry says beside it: the measure of the others. */
export const BARE = 'JSON alone'

export const FORMATS: Readonly<Record<string, Way>> = {
  [BARE]: { encode: (value) => JSON.stringify(value), decode: (bytes) => JSON.parse(bytes.toString()) },
  'line + JSON (ours)': {
    encode: (value) => encodeEntry(entryOf(value, groups)),
    decode: (bytes) => decodeEntry(bytes, LIMIT)?.value,
  },
  'ours, no groups': {
    encode: (value) => encodeEntry(entryOf(value, [])),
    decode: (bytes) => decodeEntry(bytes, LIMIT)?.value,
  },
  'one JSON array': {
    encode: (value) => JSON.stringify([...head, value]),
    decode: (bytes) => (JSON.parse(bytes.toString()) as unknown[])[5],
  },
  'length, JSON, JSON': {
    encode(value) {
      const first = Buffer.from(JSON.stringify(head))
      const length = Buffer.alloc(4)
      length.writeUInt32BE(first.length)
      return Buffer.concat([length, first, Buffer.from(JSON.stringify(value))])
    },
    decode(bytes) {
      const at = 4 + bytes.readUInt32BE(0)
      return [JSON.parse(bytes.toString('utf8', 4, at)), JSON.parse(bytes.toString('utf8', at))][1]
    },
  },
  msgpackr: {
    encode: (value) => plain.pack([...head, value]),
    decode: (bytes) => (plain.unpack(bytes) as unknown[])[5],
  },
  'msgpackr, records': {
    encode: (value) => records.pack([...head, value]),
    decode: (bytes) => (records.unpack(bytes) as unknown[])[5],
  },
  'v8.serialize': {
    encode: (value) => serialize([...head, value]),
    decode: (bytes) => (deserialize(bytes) as unknown[])[5],
  },
}

const compressed = (squeeze: (json: Buffer) => Buffer, open: (bytes: Buffer) => Buffer): Way => ({
  encode: (value) => squeeze(Buffer.from(JSON.stringify(value))),
  decode: (bytes) => JSON.parse(open(bytes).toString()),
})
const brotli = (quality: number): Way =>
  compressed(
    (json) => zlib.brotliCompressSync(json, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: quality } }),
    (bytes) => zlib.brotliDecompressSync(bytes),
  )

export const COMPRESSORS: Readonly<Record<string, Way>> = {
  [BARE]: { encode: (value) => JSON.stringify(value), decode: (bytes) => JSON.parse(bytes.toString()) },
  'deflate 1 (ours)': {
    encode: (value) => encodeEntry(entryOf(value, groups), { compressOver: 0 }),
    decode: (bytes) => decodeEntry(bytes, LIMIT)?.value,
  },
  'gzip 1': compressed(
    (json) => zlib.gzipSync(json, { level: 1 }),
    (bytes) => zlib.gunzipSync(bytes),
  ),
  'deflate 1': compressed(
    (json) => zlib.deflateRawSync(json, { level: 1 }),
    (bytes) => zlib.inflateRawSync(bytes),
  ),
  'deflate 6': compressed(
    (json) => zlib.deflateRawSync(json, { level: 6 }),
    (bytes) => zlib.inflateRawSync(bytes),
  ),
  'brotli 1': brotli(1),
  'brotli 2': brotli(2),
  'brotli 3': brotli(3),
  'brotli 4': brotli(4),
  snappy: compressed(
    (json) => snappy.compressSync(json),
    (bytes) => snappy.uncompressSync(bytes) as Buffer,
  ),
  lz4: compressed(
    (json) => lz4(json),
    (bytes) => unlz4(bytes),
  ),
}
