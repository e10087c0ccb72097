import type { IncomingMessage } from 'node:http'
import { Duplex } from 'node:stream'

/** What only a connection under TLS has. */
const TLS_MEMBERS = [
  'alpnProtocol',
  'authorizationError',
  'authorized',
  'getCipher',
  'getPeerCertificate',
  'getPeerX509Certificate',
  'getProtocol',
  'getSession',
  'isSessionReused',
  'servername',
] as const

/**
 * A connection to nobody: what is written to it is gone, and nothing comes from it. To an application it is like the one of
 * a Node server: a failure closes it and goes no further, and a timeout fires.
 */
export class NobodysSocket extends Duplex {
  // The application may look at who asked: for a request in the background that is who asked in the foreground.
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  readonly remoteFamily: string | undefined
  readonly localAddress: string | undefined
  readonly localPort: number | undefined
  readonly localFamily: string | undefined
  readonly encrypted: boolean
  readonly connecting = false
  readonly pending = false
  readonly bytesRead = 0
  bytesWritten = 0
  timeout = 0
  #timer: NodeJS.Timeout | undefined

  constructor({ socket }: IncomingMessage) {
    super()
    this.remoteAddress = socket.remoteAddress
    this.remotePort = socket.remotePort
    this.remoteFamily = socket.remoteFamily
    this.localAddress = socket.localAddress
    this.localPort = socket.localPort
    this.localFamily = socket.localFamily
    this.encrypted = (socket as { encrypted?: boolean }).encrypted === true
    if (this.encrypted) copyMembers(socket, this)
    // A server listens too: whoever broke it has been told, and the next one must not pay for it.
    this.on('error', () => {})
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: string, callback: () => void): void {
    this.bytesWritten += chunk.length
    this.#timer?.refresh()
    // A network takes its time. To a source that is always ready, one that takes all at once would leave no turn for others.
    setImmediate(callback)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.#timer)
    callback(error)
  }

  address(): { address?: string | undefined; family?: string | undefined; port?: number | undefined } {
    const { localAddress: address, localFamily: family, localPort: port } = this
    return address === undefined ? {} : { address, family, port }
  }

  /** Milliseconds without a write until `timeout` is emitted; 0: never. */
  setTimeout(timeoutMs: number, listener?: () => void): this {
    clearTimeout(this.#timer)
    this.timeout = timeoutMs
    this.#timer =
      timeoutMs > 0 && !this.destroyed ? setTimeout(() => this.emit('timeout'), timeoutMs).unref() : undefined
    if (listener !== undefined && timeoutMs > 0) this.once('timeout', listener)
    else if (listener !== undefined) this.off('timeout', listener)
    return this
  }

  destroySoon(): void {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', () => this.destroy())
  }

  resetAndDestroy(): this {
    return this.destroy()
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}

function copyMembers(from: object, to: object): void {
  for (const name of TLS_MEMBERS) {
    const member: unknown = Reflect.get(from, name)
    const value: unknown = typeof member === 'function' ? member.bind(from) : member
    Object.defineProperty(to, name, { configurable: true, value })
  }
}
