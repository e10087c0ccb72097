import { once } from 'node:events'
import {
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
  createServer,
  request as send,
} from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request that went over the wire, and how it was answered. */
export interface Exchange {
  readonly method: string
  readonly path: string
  readonly requestHeaders: IncomingMessage['headers']
  readonly status: number
  readonly bodyBytes: number
}

/** Stands between browser and server on a port of its own: records what really crosses the network, and can cut it. */
export class RecordingProxy {
  readonly exchanges: Exchange[] = []
  /** Changes the headers of answers on their way to the browser. */
  rewrite: (path: string, headers: OutgoingHttpHeaders) => OutgoingHttpHeaders = (_, headers) => headers
  /** Paths that are not there for the browser. */
  hidden: readonly string[] = []
  #isCut = false
  readonly #server = createServer((request, response) => this.#forward(request, response))
  readonly #target: URL

  constructor(target: string) {
    this.#target = new URL(target)
  }

  get isCut(): boolean {
    return this.#isCut
  }

  /** While it is cut each connection is closed without an answer; those that are open are closed as well. */
  set isCut(isCut: boolean) {
    this.#isCut = isCut
    if (isCut) this.#server.closeAllConnections()
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  /** The paths of recorded requests that begin with one of the prefixes. */
  paths(...prefixes: string[]): string[] {
    return this.exchanges
      .map(({ path }) => path)
      .filter((path) => prefixes.some((prefix) => path.startsWith(prefix)))
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    if (this.isCut) {
      request.socket.destroy()
      return
    }
    const { method = 'GET', url: path = '/' } = request
    if (this.hidden.some((prefix) => path.startsWith(prefix))) {
      response.writeHead(404).end()
      return
    }
    const { hostname, port } = this.#target
    const upstream = send({ hostname, port, method, path, headers: request.headers }, (answer) => {
      let bodyBytes = 0
      answer.on('data', (chunk: Buffer) => {
        bodyBytes += chunk.length
      })
      answer.on('end', () => {
        const status = answer.statusCode ?? 0
        this.exchanges.push({ method, path, requestHeaders: request.headers, status, bodyBytes })
      })
      response.writeHead(answer.statusCode ?? 502, this.rewrite(path, answer.headers))
      answer.pipe(response)
    })
    upstream.on('error', () => request.socket.destroy())
    // A stream ends when the browser has gone.
    response.on('close', () => upstream.destroy())
    request.pipe(upstream)
  }
}
