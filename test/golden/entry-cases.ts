import type { CacheEntry, EncodeOptions } from '../../server/cache/entry-codec.ts'
import type { ValueCodec } from '../../server/cache/value-codec.ts'

/** An entry as a released version wrote it, in `entries/NAME.bin`. Cases are added and never changed. */
export interface GoldenCase {
  readonly name: string
  readonly entry: CacheEntry
  readonly options: EncodeOptions<Buffer>
  /** Whether the present version writes the same bytes: not for what an earlier one wrote, nor for what zlib did, whose next version may do better. */
  readonly isWritten: boolean
}

/** Bytes as they are. */
const bytesCodec: ValueCodec<Buffer> = {
  isCompressible: true,
  encode: (bytes) => bytes,
  decode: (bytes) => bytes,
  sizeOf: (bytes) => bytes.length,
}

const value = {
  id: 42,
  title: 'Größe "M" 水 🌊',
  price: 59.9,
  tags: ['wool', null, true],
  deep: [[{}]],
  empty: '',
}
const times = { since: 1_763_800_000_123_456, expiresAtMs: 1_763_800_300_123 }
const facts = { ...times, groups: ['product-42', 'shop'], loadMs: 12, schema: 0 }
const bare = { since: 0, expiresAtMs: 0, groups: [], loadMs: 0, schema: 0 }
const untold = { ...times, groups: ['product-42', 'shop'], loadMs: 0, schema: 0 }
const list = Array.from({ length: 40 }, (_, id) => ({ id, title: `Layer ${id % 7}`, inStock: id % 3 > 0 }))
const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
const compressOver = 100

export const GOLDEN_CASES: readonly GoldenCase[] = [
  { name: '1-json', entry: { ...untold, value }, options: {}, isWritten: false },
  { name: '1-null', entry: { ...bare, value: null }, options: {}, isWritten: false },
  { name: '2-codec', entry: { ...untold, value: bytes }, options: { codec: bytesCodec }, isWritten: false },
  { name: '3-json', entry: { ...facts, value }, options: {}, isWritten: true },
  { name: '3-null', entry: { ...bare, value: null }, options: {}, isWritten: true },
  { name: '3-number', entry: { ...facts, schema: -1.5, value: 123_456 }, options: {}, isWritten: true },
  { name: '3-schema', entry: { ...facts, schema: 'v2 "größer", neu', value }, options: {}, isWritten: true },
  { name: '3-codec', entry: { ...facts, value: bytes }, options: { codec: bytesCodec }, isWritten: true },
  { name: '3-compressed', entry: { ...facts, value: list }, options: { compressOver }, isWritten: false },
  {
    name: '3-codec-compressed',
    entry: { ...facts, schema: 7, value: Buffer.alloc(3_000, 'thermocline ') },
    options: { codec: bytesCodec, compressOver },
    isWritten: false,
  },
]
