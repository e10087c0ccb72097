import type { Readable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'

/** What the suite's client and its origin print of requests and responses, in the order it arrives. */
export class WireLog {
  #text = ''

  listen(stream: Readable | null): void {
    stream?.setEncoding('utf8').on('data', (text: string) => this.add(text))
  }

  add(text: string): void {
    this.#text += stripVTControlCharacters(text)
  }

  /** What was printed since the last call. */
  take(): string {
    const text = this.#text
    this.#text = ''
    return text
  }
}
