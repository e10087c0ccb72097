import { Listener } from './stream-listener.ts'
import type { Told } from './told.ts'
import { waitUntil } from './wait-until.ts'

/** A browser that comes back with its cursor whenever it is cut off, each time to the next process. */
export class LastingBrowser {
  connections = 0
  readonly #urls: readonly string[]
  readonly #told: Told
  #listener: Listener | undefined
  #cursor = ''
  #isClosed = false
  #running: Promise<void> = Promise.resolve()

  constructor(urls: readonly string[], told: Told) {
    this.#urls = urls
    this.#told = told
  }

  async open(): Promise<this> {
    this.#running = this.#run()
    await waitUntil(() => this.#cursor !== '', 'the stream to begin')
    return this
  }

  /** As a train does that goes into a tunnel. */
  cut(): void {
    this.#listener?.close()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.cut()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      const url = this.#urls[this.connections % this.#urls.length] ?? ''
      this.connections += 1
      const listener = await Listener.connect(
        url,
        this.#cursor === '' ? {} : { 'last-event-id': this.#cursor },
      )
      this.#listener = listener
      for (let read = 0; !(listener.isEnded && read === listener.events.length);) {
        await waitUntil(() => listener.isEnded || read < listener.events.length, 'the next event', 60_000)
        for (const { type, id, data } of listener.events.slice(read)) {
          read += 1
          this.#cursor = id
          if (type === 'reset') this.#told.everything()
          if (type === 'invalidated') this.#told.groups(data['groups'] as string[])
        }
      }
    }
  }
}
