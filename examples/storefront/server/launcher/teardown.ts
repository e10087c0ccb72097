type Closer = () => Promise<void>

/** Ends what was started, in the opposite order, once. */
export class Teardown {
  readonly #closers: Closer[] = []
  #running: Promise<void> | undefined

  /** Something to end. What is started while everything is being ended is ended as well. */
  add(close: Closer): void {
    if (this.#running === undefined) this.#closers.push(close)
    else this.#running = this.#running.then(() => quietly(close))
  }

  /** Resolves when everything has ended; a closer that fails doesn't stop the others. */
  async run(): Promise<void> {
    this.#running ??= this.#closeAll()
    let waitedFor: Promise<void> | undefined
    while (waitedFor !== this.#running) {
      waitedFor = this.#running
      await waitedFor
    }
  }

  async #closeAll(): Promise<void> {
    for (const close of this.#closers.toReversed()) await quietly(close)
  }
}

async function quietly(close: Closer): Promise<void> {
  await close().catch((error: unknown) => console.error(error))
}
