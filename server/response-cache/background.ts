import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

/** A connection to nobody: what is written to it is gone, and nothing comes from it. */
class NobodysSocket extends Duplex {
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  readonly remoteFamily: string | undefined
  readonly localAddress: string | undefined
  readonly localPort: number | undefined
  readonly encrypted: boolean

  constructor({ socket }: IncomingMessage) {
    super()
    // The application may look at who asked: for a request in the background that is who asked in the foreground.
    this.remoteAddress = socket.remoteAddress
    this.remotePort = socket.remotePort
    this.remoteFamily = socket.remoteFamily
    this.localAddress = socket.localAddress
    this.localPort = socket.localPort
    this.encrypted = (socket as { encrypted?: boolean }).encrypted === true
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: string, callback: () => void): void {
    callback()
  }

  setTimeout(): this {
    return this
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

/** A copy of a GET that nobody waits for, and a response that goes nowhere. */
export function backgroundExchange(original: IncomingMessage): {
  request: IncomingMessage
  response: ServerResponse
} {
  const socket = new NobodysSocket(original) as unknown as Socket
  const request = new IncomingMessage(socket)
  request.method = 'GET'
  request.url = (original as { originalUrl?: string }).originalUrl ?? original.url ?? '/'
  request.httpVersion = '1.1'
  request.httpVersionMajor = 1
  request.httpVersionMinor = 1
  request.headers = { ...original.headers }
  request.rawHeaders = [...original.rawHeaders]
  request.complete = true
  request.push(null)
  const response = new ServerResponse(request)
  response.assignSocket(socket)
  response.once('finish', () => {
    response.detachSocket(socket)
    socket.destroy()
  })
  return { request, response }
}

/** The whole application that a request came in by, where it is an Express one. */
export function applicationOf(request: IncomingMessage): RequestListener | undefined {
  let app = (request as { app?: { parent?: unknown } }).app
  while (typeof app?.parent === 'function') app = app.parent as { parent?: unknown }
  return typeof app === 'function' ? app : undefined
}
