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
    const bytes = copyOf(chunk, encoding)
    this.#bytes += bytes.length
    if (this.#bytes > this.#maxBytes) {
      this.discard()
      this.#onOverflow()
    } else this.#chunks.push(bytes)
  }

  discard(): void {
    this.#chunks = undefined
  }

  /** The whole body, in memory of its own; `undefined` where it was discarded. */
  take(): Buffer | undefined {
    const chunks = this.#chunks
    return chunks?.length === 1 ? chunks[0] : chunks && Buffer.concat(chunks)
  }
}

/** A handler may use one buffer for all of its parts, so each is copied before the next can be written over it. */
function copyOf(chunk: unknown, encoding: unknown): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk, isEncoding(encoding) ? encoding : 'utf8')
  return Buffer.from(chunk as Uint8Array)
}

function isEncoding(value: unknown): value is BufferEncoding {
  return typeof value === 'string' && Buffer.isEncoding(value)
}
