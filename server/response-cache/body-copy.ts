import { Buffer } from 'node:buffer'

/** What all copies that are under way may take together, in bytes. */
export interface CopyBudget {
  readonly maxBytes: number
  usedBytes: number
}

export interface BodyCopyOptions {
  /** A longer body is not kept. */
  readonly maxBytes: number
  readonly budget: CopyBudget
  /** Told once, when it gives up. */
  readonly onOverflow: () => void
}

/** Copies a body as it passes, unless it grows beyond what is kept, or too many others are copied at the same time. */
export class BodyCopy {
  readonly #options: BodyCopyOptions
  #chunks: Buffer[] | undefined = []
  #bytes = 0

  constructor(options: BodyCopyOptions) {
    this.#options = options
  }

  /** Whether it still has all that passed. */
  get isWhole(): boolean {
    return this.#chunks !== undefined
  }

  add(chunk: unknown, encoding: unknown): void {
    if (this.#chunks === undefined) return
    const { maxBytes, budget, onOverflow } = this.#options
    const bytes = copyOf(chunk, encoding)
    const { length } = bytes
    if (this.#bytes + length > maxBytes || budget.usedBytes + length > budget.maxBytes) {
      this.discard()
      onOverflow()
      return
    }
    this.#bytes += length
    budget.usedBytes += length
    this.#chunks.push(bytes)
  }

  discard(): void {
    this.#options.budget.usedBytes -= this.#bytes
    this.#bytes = 0
    this.#chunks = undefined
  }

  /** The whole body, in memory of its own, and the end of the copy; `undefined` where it was discarded. */
  take(): Buffer | undefined {
    const chunks = this.#chunks
    this.discard()
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
