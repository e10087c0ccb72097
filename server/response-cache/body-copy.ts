import { Buffer } from 'node:buffer'

/** Copies a body as it passes, unless it grows beyond what is kept. */
export class BodyCopy {
  readonly #maxBytes: number
  readonly #onOverflow: () => void
  #chunks: Buffer[] | undefined = []
  #bytes = 0

  constructor(maxBytes: number, onOverflow: () => void) {
    this.#maxBytes = maxBytes
    this.#onOverflow = onOverflow
  }

  add(chunk: unknown, encoding: unknown): void {
    if (this.#chunks === undefined) return
    const bytes = toBuffer(chunk, encoding)
    this.#bytes += bytes.length
    this.#chunks.push(bytes)
    if (this.#bytes > this.#maxBytes) {
      this.discard()
      this.#onOverflow()
    }
  }

  discard(): void {
    this.#chunks = undefined
  }

  /** The whole body, in memory of its own; `undefined` where it was discarded. */
  take(): Buffer | undefined {
    return this.#chunks && Buffer.concat(this.#chunks)
  }
}

function toBuffer(chunk: unknown, encoding: unknown): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk, isEncoding(encoding) ? encoding : 'utf8')
  const { buffer, byteOffset, byteLength } = chunk as Uint8Array
  return Buffer.from(buffer, byteOffset, byteLength)
}

function isEncoding(value: unknown): value is BufferEncoding {
  return typeof value === 'string' && Buffer.isEncoding(value)
}
