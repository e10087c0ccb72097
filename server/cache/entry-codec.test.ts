import { deflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { property } from '../../test/support/property.ts'
import { type CacheEntry, type DecodeOptions, decodeEntry, encodeEntry } from './entry-codec.ts'
import type { ValueCodec } from './value-codec.ts'

const LIMIT = { maxBytes: 1_000_000 }
const bytesCodec: ValueCodec<Buffer> = {
  isCompressible: true,
  encode: (bytes) => bytes,
  decode: (bytes) => bytes,
  sizeOf: (bytes) => bytes.length,
}
const facts = { groups: ['product-42', 'shop'], since: 12, expiresAtMs: 34, loadMs: 5, schema: 0 }
const anyFacts = {
  groups: fc.array(fc.stringMatching(/^[a-z0-9._~-]{1,20}$/), { maxLength: 5 }),
  since: fc.maxSafeNat(),
  expiresAtMs: fc.maxSafeNat(),
  loadMs: fc.nat(),
  schema: fc.oneof(
    fc.constant(0),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.string({ unit: 'binary' }),
  ),
}
// JSON has no -0.
const anyJson = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)))
const anyEntry: fc.Arbitrary<CacheEntry> = fc.record({ ...anyFacts, value: anyJson })
const anyBytesEntry = fc.record({
  ...anyFacts,
  value: fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
})

const asBytes = (written: string | Buffer): Buffer => Buffer.from(written as string)
const entryOf = (line: string, body: Buffer | string): Buffer =>
  Buffer.concat([Buffer.from(`${line}\n`), Buffer.from(body as string)])

describe('an entry in L2', () => {
  property('comes back as it went in', [anyEntry], (entry) => {
    expect(decodeEntry(asBytes(encodeEntry(entry)), LIMIT)).toEqual(entry)
  })

  property('comes back compressed', [anyEntry, fc.nat(200)], (entry, compressOver) => {
    const padded = { ...entry, value: [entry.value, 'thermocline '.repeat(20)] }
    const written = encodeEntry(padded, { compressOver })
    expect(Buffer.isBuffer(written)).toBe(true)
    expect(decodeEntry(asBytes(written), LIMIT)).toEqual(padded)
  })

  property(
    'comes back from its codec, compressed where that is worth it',
    [anyBytesEntry, fc.constantFrom(undefined, 0)],
    (entry, compressOver) => {
      const options = { codec: bytesCodec, compressOver }
      expect(decodeEntry(asBytes(encodeEntry(entry, options)), { ...LIMIT, codec: bytesCodec })).toEqual(
        entry,
      )
    },
  )

  it('keeps times in whole milliseconds, never too long', () => {
    const written = encodeEntry({ ...facts, expiresAtMs: 99.9, loadMs: 0.2, value: 1 })
    expect(decodeEntry(asBytes(written), LIMIT)).toMatchObject({ expiresAtMs: 99, loadMs: 1 })
  })

  it('is text as long as it is not compressed', () => {
    expect(encodeEntry({ ...facts, value: { a: 1 } })).toBe('3j12 34 5 7 0 product-42,shop\n{"a":1}')
  })

  it('is compressed over the limit, not at it, and not where it gains nothing', () => {
    const compressOver = 102
    const isCompressed = (value: string): boolean =>
      Buffer.isBuffer(encodeEntry({ ...facts, value }, { compressOver }))
    expect([isCompressed('a'.repeat(100)), isCompressed('a'.repeat(101))]).toEqual([false, true])
  })

  it('is not compressed where that gains nothing', () => {
    const noise = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const written = encodeEntry({ ...facts, value: noise }, { codec: bytesCodec, compressOver: 0 })
    expect(asBytes(written).subarray(-256)).toEqual(noise)
  })

  it('is not compressed behind a codec that did not ask for it', () => {
    const { isCompressible: _, ...codec } = bytesCodec
    const written = encodeEntry({ ...facts, value: Buffer.alloc(1_000) }, { codec, compressOver: 0 })
    expect(written.length).toBeGreaterThan(1_000)
  })

  it.each([
    ['undefined', { value: undefined }],
    ['a function', { value: () => 1 }],
    ['a bigint', { value: 1n }],
    ['a group with a comma', { groups: ['a,b'] }],
    ['a group with a space', { groups: ['a b'] }],
    ['a group without a name', { groups: [''] }],
    ['groups without end', { groups: Array.from({ length: 9_000 }, (_, i) => `group-${i}`) }],
    ['an expiry that is no number', { expiresAtMs: Number.NaN }],
    ['a place in the log that is none', { since: 2 ** 60 }],
    ['an endless load', { loadMs: Number.POSITIVE_INFINITY }],
    ['a schema that is no number', { schema: Number.NaN }],
  ])('can not be written with %s', (_, wrong) => {
    expect(() => encodeEntry({ ...facts, value: 1, ...wrong })).toThrow()
  })
})

describe('what L2 gives', () => {
  property('is read or is a miss, never an exception', [fc.uint8Array(), fc.boolean()], (bytes, isBinary) => {
    const options = isBinary ? { ...LIMIT, codec: bytesCodec } : LIMIT
    expect(decodeEntry(Buffer.from(bytes), options)).toBeUndefined()
    for (const start of [
      '1',
      '1[',
      '2',
      '2\0\0\0\x05',
      '3j',
      '3J1 2 3 4 5 0 ',
      '3c1 2 3 0 0 ',
      '3C9 9 9 9 9 9\n',
    ]) {
      const crafted = Buffer.concat([Buffer.from(start, 'latin1'), bytes])
      expect(() => decodeEntry(crafted, options)).not.toThrow()
    }
  })

  property(
    'is a miss when it was cut off anywhere, or has grown',
    [anyEntry, anyBytesEntry, fc.constantFrom(undefined, 0)],
    (entry, bytesEntry, compressOver) => {
      const codec = bytesCodec
      const json = asBytes(encodeEntry(entry, { compressOver }))
      const binary = asBytes(encodeEntry(bytesEntry, { codec, compressOver }))
      const readCut = (bytes: Buffer, options: DecodeOptions): unknown[] =>
        Array.from(bytes, (_, end) => decodeEntry(bytes.subarray(0, end), options)).filter(Boolean)
      expect(readCut(json, LIMIT)).toEqual([])
      expect(readCut(binary, { ...LIMIT, codec })).toEqual([])
      expect(decodeEntry(Buffer.concat([json, Buffer.from(' ')]), LIMIT)).toBeUndefined()
      expect(decodeEntry(Buffer.concat([binary, Buffer.from(' ')]), { ...LIMIT, codec })).toBeUndefined()
    },
  )

  it('is a miss in a version that is not known', () => {
    const known = '3j12 34 5 7 0 product-42,shop\n{"a":1}'
    for (const version of ['0', '4', '9', 'a', '\0', '']) {
      expect(decodeEntry(Buffer.from(`${version}${known.slice(1)}`), LIMIT)).toBeUndefined()
    }
  })

  it('is a miss with a codec where it was written without, and the other way round', () => {
    const json = asBytes(encodeEntry({ ...facts, value: [1] }))
    const binary = asBytes(encodeEntry({ ...facts, value: Buffer.from('[1]') }, { codec: bytesCodec }))
    expect(decodeEntry(json, { ...LIMIT, codec: bytesCodec })).toBeUndefined()
    expect(decodeEntry(binary, LIMIT)).toBeUndefined()
  })

  it('is a miss when it is larger than allowed', () => {
    const written = asBytes(encodeEntry({ ...facts, value: 'x'.repeat(100) }))
    expect(decodeEntry(written, { maxBytes: written.length })).toBeDefined()
    expect(decodeEntry(written, { maxBytes: written.length - 1 })).toBeUndefined()
  })

  it('is a miss when it would be larger than allowed once decompressed', () => {
    const written = asBytes(encodeEntry({ ...facts, value: 'x'.repeat(998) }, { compressOver: 10 }))
    expect(written.length).toBeLessThan(100)
    expect(decodeEntry(written, { maxBytes: 1_000 })).toBeDefined()
    expect(decodeEntry(written, { maxBytes: 999 })).toBeUndefined()
  })

  it.each([
    ['makes more than it says', 200],
    ['makes less than it says', 2_000],
    ['says more than any stream of its length makes', 900_000],
  ])('is a miss when it %s', (_, size) => {
    const body = deflateRawSync(JSON.stringify('x'.repeat(998)))
    expect(decodeEntry(entryOf(`3J1 2 3 ${body.length} 1000 0 `, body), LIMIT)).toBeDefined()
    expect(decodeEntry(entryOf(`3J1 2 3 ${body.length} ${size} 0 `, body), LIMIT)).toBeUndefined()
  })

  it.each([
    ['no numbers', '3j'],
    ['a negative number', '3j-1 2 3 1 0 '],
    ['a number of 17 digits', '3j12345678901234567 2 3 1 0 '],
    ['a length beyond its end', '3j1 2 3 999999 0 '],
    ['no schema', '3j1 2 3 1 '],
    ['a schema that is no text', '3j1 2 3 1 {} a'],
    ['a schema that is no JSON', '3j1 2 3 1 nope a'],
    ['two lines', '3j1 2 3 1 0 \n'],
    ['a line that is not ASCII', '3j1 2 3 1 0 größe'],
    ['an endless line', `3j1 2 3 1 0 ${'a,'.repeat(40_000)}b`],
    ['an unknown form', '3x1 2 3 1 0 a'],
  ])('is a miss with %s', (_, line) => {
    expect(decodeEntry(entryOf('3j1 2 3 1 0 a', '7'), LIMIT)?.value).toBe(7)
    expect(decodeEntry(entryOf(line, '7'), LIMIT)).toBeUndefined()
  })

  it('changes no prototype', () => {
    const json = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
    const found = decodeEntry(entryOf(`3j1 2 3 ${json.length} 0 __proto__`, json), LIMIT)
    expect(Object.keys(found?.value as object)).toEqual(['__proto__', 'constructor'])
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it('may be nested as deep as it fits', () => {
    const json = '['.repeat(400_000) + ']'.repeat(400_000)
    expect(() => decodeEntry(entryOf(`3j1 2 3 ${json.length} 0 `, json), LIMIT)).not.toThrow()
  })

  it('is a miss where its codec throws', () => {
    const codec = {
      decode: () => {
        throw new Error('Not mine.')
      },
    }
    const written = asBytes(encodeEntry({ ...facts, value: Buffer.from('x') }, { codec: bytesCodec }))
    expect(decodeEntry(written, { ...LIMIT, codec })).toBeUndefined()
  })
})
