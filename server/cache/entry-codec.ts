import { compress, decompress } from '../codec/compression.ts'
import { decodeVersion1, decodeVersion2 } from '../codec/earlier-entries.ts'
import {
  DigitReader,
  type EntryFacts,
  FORM,
  MOST_TAIL_BYTES,
  WIRE_VERSION,
  readTail,
  writeHead,
} from '../codec/entry-head.ts'
import type { ValueCodec } from './value-codec.ts'

/** One value as L2 keeps it. */
export interface CacheEntry extends EntryFacts {
  readonly value: unknown
}

export interface EncodeOptions<T = unknown> {
  readonly codec?: ValueCodec<T> | undefined
  /** A value whose written form takes more bytes is compressed. @default none is */
  readonly compressOver?: number | undefined
}

export interface DecodeOptions {
  readonly codec?: Pick<ValueCodec<unknown>, 'decode'> | undefined
  /** An entry that takes more bytes is a miss; for a compressed one they count once it is decompressed. */
  readonly maxBytes: number
}

const NEWLINE = 0x0a
const VERSION_1 = 0x31
const VERSION_2 = 0x32
const digits = new DigitReader()

/**
 * Writes an entry for L2: a line of text (see `writeHead`), then the value's JSON, or what the codec made of it. Throws where
 * the value can't be written.
 */
export function encodeEntry<T>(entry: CacheEntry, options: EncodeOptions<T> = {}): string | Buffer {
  const { codec, compressOver = Number.POSITIVE_INFINITY } = options
  if (codec === undefined) {
    // Not in TypeScript's declaration: a function and `undefined` have no JSON.
    const json = JSON.stringify(entry.value) as string | undefined
    if (json === undefined) throw new TypeError('The value has no JSON form.')
    const length = Buffer.byteLength(json)
    const compressed = length > compressOver ? compress(Buffer.from(json)) : undefined
    // Text stays text: a client of Redis writes it to its socket without another copy.
    if (compressed === undefined) return `${writeHead(entry, FORM.json, length)}\n${json}`
    return join(writeHead(entry, FORM.compressedJson, compressed.length, length), compressed)
  }
  const body = codec.encode(entry.value as T)
  const compressed = codec.isCompressible === true && body.length > compressOver ? compress(body) : undefined
  if (compressed === undefined) return join(writeHead(entry, FORM.codec, body.length), body)
  return join(writeHead(entry, FORM.compressedCodec, compressed.length, body.length), compressed)
}

/**
 * Reads an entry of this version or an earlier one. A miss is all that comes of any other: one that is malformed, cut off,
 * too large, or written with a codec and read without. Never throws: what L2 holds is not trusted.
 */
export function decodeEntry(bytes: Buffer, options: DecodeOptions): CacheEntry | undefined {
  try {
    if (bytes.length > options.maxBytes) return undefined
    const version = bytes[0]
    if (version === WIRE_VERSION) return decodeThis(bytes, options)
    const { codec } = options
    if (version === VERSION_1 && codec === undefined) return decodeVersion1(bytes)
    if (version === VERSION_2 && codec !== undefined) return decodeVersion2(bytes, codec)
    return undefined
  } catch {
    return undefined
  }
}

/** Throws for much of what is malformed. */
function decodeThis(bytes: Buffer, { codec, maxBytes }: DecodeOptions): CacheEntry | undefined {
  const form = bytes[1]
  const isCompressed = form === FORM.compressedJson || form === FORM.compressedCodec
  const isJson = form === FORM.json || form === FORM.compressedJson
  if (isJson !== (codec === undefined)) return undefined
  if (!isJson && form !== FORM.codec && form !== FORM.compressedCodec) return undefined

  digits.at = 2
  const since = digits.read(bytes)
  const expiresAtMs = digits.read(bytes)
  const loadMs = digits.read(bytes)
  const bodyAt = bytes.length - digits.read(bytes)
  const size = isCompressed ? digits.read(bytes) : 0
  const tailAt = digits.at
  const tailBytes = bodyAt - 1 - tailAt
  // The length is there so that an entry which was cut off is none, even where what is left would still read as something.
  if (tailBytes < 0 || tailBytes > MOST_TAIL_BYTES || bytes[bodyAt - 1] !== NEWLINE || size > maxBytes)
    return undefined
  // A line end in the tail would be the real one, before a body of another length.
  for (let at = tailAt; at < bodyAt - 1; at += 1) if (!isPrintable(bytes[at])) return undefined

  if (form === FORM.json) {
    // Tail and body become one string: slices of it cost less than a second call into the engine.
    const text = bytes.toString('utf8', tailAt)
    const { schema, groups } = readTail(text.slice(0, tailBytes))
    return { value: JSON.parse(text.slice(tailBytes + 1)), groups, since, expiresAtMs, loadMs, schema }
  }
  const { schema, groups } = readTail(bytes.toString('latin1', tailAt, bodyAt - 1))
  const rest = bytes.subarray(bodyAt)
  const body = isCompressed ? decompress(rest, size) : rest
  const value: unknown = codec === undefined ? JSON.parse(body.toString()) : codec.decode(body)
  return { value, groups, since, expiresAtMs, loadMs, schema }
}

function isPrintable(byte = 0): boolean {
  return byte >= 0x20 && byte <= 0x7e
}

function join(head: string, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${head}\n`, 'latin1'), body])
}
