import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const AT_ONCE = 100
const LIMIT_MS = 30_000

/** Many browsers, as far as a server can tell. */
export class Listeners {
  readonly #sockets: Socket[] = []
  #mark = ''
  #heard = 0
  #lastAtMs = 0

  /** Connects, some at a time, and waits until the server has said something to each. */
  async open(port: number, count: number): Promise<void> {
    while (this.#sockets.length < count) {
      const more = Math.min(AT_ONCE, count - this.#sockets.length)
      await Promise.all(Array.from({ length: more }, () => this.#connect(port)))
    }
  }

  /** From here on the mark is looked for. */
  expect(mark: string): void {
    this.#mark = mark
    this.#heard = 0
  }

  /** When the last one had heard of it, in ms since the epoch. */
  async untilAllHeard(): Promise<number> {
    const until = performance.now() + LIMIT_MS
    while (this.#heard < this.#sockets.length) {
      if (performance.now() > until)
        throw new Error(`${this.#heard} of ${this.#sockets.length} have heard of it.`)
      await sleep(1)
    }
    return this.#lastAtMs
  }

  close(): void {
    for (const socket of this.#sockets.splice(0)) socket.destroy()
  }

  async #connect(port: number): Promise<void> {
    const socket = connect(port, '127.0.0.1')
    this.#sockets.push(socket)
    socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n')
    await once(socket, 'data')
    let before = ''
    socket.on('data', (chunk: Buffer) => {
      const text = before + chunk.toString('latin1')
      before = text.slice(-this.#mark.length)
      if (!text.includes(this.#mark)) return
      before = ''
      this.#heard += 1
      this.#lastAtMs = performance.timeOrigin + performance.now()
    })
  }
}
