/** Up to here a body is kept from its beginning, for requests that join while it arrives. */
const JOINABLE_BYTES = 1_048_576

type Chunk = Uint8Array<ArrayBuffer>

/**
 * One body that arrives from the network, read by several: the page, further requests for the same URL, and storage.
 * The pages set the pace, storage looks on; when all pages have left, the source is let go and storage breaks off.
 */
export class SharedBody {
  readonly #source: ReadableStreamDefaultReader<Chunk>
  /** How many chunks each page has read. */
  readonly #pages = new Map<object, number>()
  #storage: ReadableStreamDefaultController<Chunk> | undefined
  #mostStored = 0
  #chunks: Chunk[] = []
  #firstKept = 0
  #bytes = 0
  #isEnded = false
  #failure: { readonly reason: unknown } | undefined
  #reading: Promise<void> | undefined

  constructor(source: ReadableStream<Chunk>) {
    this.#source = source.getReader()
  }

  /** Bytes that have arrived; the size of the body once it has ended. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether all of it has arrived. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  /** Whether a new page would still get the body from its beginning. */
  get isJoinable(): boolean {
    return this.#firstKept === 0 && this.#failure === undefined && this.#bytes <= JOINABLE_BYTES
  }

  /** A stream for a page. */
  open(): ReadableStream<Chunk> {
    const page = {}
    this.#pages.set(page, this.#firstKept)
    return new ReadableStream<Chunk>(
      {
        pull: async (controller) => {
          const chunk = await this.#next(page)
          if (chunk === undefined) controller.close()
          else controller.enqueue(chunk)
        },
        cancel: () => this.#leave(page),
      },
      { highWaterMark: 0 },
    )
  }

  /** The stream for storage: what the pages have read. Ask for it before any of them; it fails above `mostBytes`. */
  follow(mostBytes: number): ReadableStream<Chunk> {
    this.#mostStored = mostBytes
    return new ReadableStream<Chunk>({
      start: (controller) => {
        this.#storage = controller
      },
      cancel: () => {
        this.#storage = undefined
      },
    })
  }

  async #next(page: object): Promise<Chunk | undefined> {
    for (;;) {
      const position = this.#pages.get(page) ?? 0
      const chunk = this.#chunks[position - this.#firstKept]
      if (chunk !== undefined) {
        this.#pages.set(page, position + 1)
        this.#dropRead()
        return chunk
      }
      if (this.#failure !== undefined) throw this.#failure.reason
      if (this.#isEnded) return undefined
      await (this.#reading ??= this.#read())
    }
  }

  async #read(): Promise<void> {
    try {
      const { done, value } = await this.#source.read()
      if (done) {
        this.#isEnded = true
        this.#storage?.close()
      } else {
        this.#chunks.push(value)
        this.#bytes += value.byteLength
        if (this.#bytes > this.#mostStored) this.#endStorage(new Error('The response is too large to store.'))
        else this.#storage?.enqueue(value)
      }
    } catch (reason) {
      this.#fail(reason)
    }
    this.#reading = undefined
  }

  #leave(page: object): void {
    this.#pages.delete(page)
    this.#dropRead()
    if (this.#isEnded || this.#pages.size > 0) return
    this.#fail()
    this.#source.cancel().catch(() => {})
  }

  #fail(reason?: unknown): void {
    this.#failure ??= { reason }
    this.#endStorage(reason)
  }

  #endStorage(reason?: unknown): void {
    this.#storage?.error(reason)
    this.#storage = undefined
  }

  #dropRead(): void {
    if (this.#bytes <= JOINABLE_BYTES) return
    const slowest = Math.min(...this.#pages.values())
    if (slowest === Number.POSITIVE_INFINITY) return
    this.#chunks.splice(0, slowest - this.#firstKept)
    this.#firstKept = slowest
  }
}
