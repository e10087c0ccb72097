import { deflateRawSync, inflateRawSync } from 'node:zlib'

// Measured with `npm run bench -- codec`: higher levels cost twice as much for a tenth less.
const LEVEL = { level: 1 } as const
// A smaller gain is not worth what each reader pays to undo it.
const WORTH_IT = 0.9
// No byte of DEFLATE stands for more than this many (RFC 1951: a match of 258 bytes takes at least two bits).
const MOST_BYTES_FOR_ONE = 1_032
const SMALLEST_CHUNK = 64

/** Compresses (RFC 1951); `undefined` where that gains little. */
export function compress(bytes: Uint8Array): Buffer | undefined {
  const compressed = deflateRawSync(bytes, LEVEL)
  return compressed.length < bytes.length * WORTH_IT ? compressed : undefined
}

/** Undoes `compress`. Never makes more than `size` bytes; throws where it would, or where there are fewer. */
export function decompress(bytes: Uint8Array, size: number): Buffer {
  if (size > bytes.length * MOST_BYTES_FOR_ONE)
    throw new RangeError('No stream of that length makes as much.')
  // All of it in one chunk, which takes half the time of growing; and one more, so that the stream's end finds room.
  const chunkSize = Math.max(SMALLEST_CHUNK, size + 1)
  const decompressed = inflateRawSync(bytes, { maxOutputLength: Math.max(1, size), chunkSize })
  if (decompressed.length !== size) throw new RangeError('The stream makes less than it says.')
  return decompressed
}
