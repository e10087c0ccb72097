import { readFile } from 'node:fs/promises'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as it reached the origin. */
export interface Visit {
  readonly method: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly bodyBytes: number
}

export type Route = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

const PAGE = '<!doctype html><title>origin</title><p>From the origin.</p>'
const WORKER = new URL('../dist/sw.js', import.meta.url)

/** An origin whose routes a test writes, which serves the drop-in worker, counts visits, and can go away and come back. */
export class WorkerOrigin {
  readonly #routes = new Map<string, Route>()
  readonly #visits = new Map<string, Visit[]>()
  readonly #server: Server
  readonly #answering = new Set<Promise<unknown>>()
  #port = 0
  /** Lines before the drop-in's own, as a build puts its configuration there. */
  prelude: string

  private constructor(prelude: string) {
    this.prelude = prelude
    this.#server = createServer((request, response) => {
      const answering = this.#answer(request, response).finally(() => this.#answering.delete(answering))
      this.#answering.add(answering)
    })
  }

  static async start(prelude = ''): Promise<WorkerOrigin> {
    const origin = new WorkerOrigin(prelude)
    await origin.goUp()
    return origin
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  route(path: string, route: Route): void {
    this.#routes.set(path, route)
  }

  /** A route that always says the same. */
  says(path: string, body: string, headers: Readonly<Record<string, string>>, status = 200): void {
    this.route(path, (_request, response) => {
      response.writeHead(status, { 'Content-Type': 'text/plain', ...headers }).end(body)
    })
  }

  /** What reached a path since the last `forget()`. */
  visits(path: string): readonly Visit[] {
    return this.#visits.get(path) ?? []
  }

  forget(): void {
    this.#visits.clear()
  }

  /** Resolves once every request that has arrived is answered. */
  async idle(): Promise<void> {
    while (this.#answering.size > 0) await Promise.all(this.#answering)
  }

  /** From now on connections are refused. */
  async goDown(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }

  async goUp(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    if (this.#server.listening) await this.goDown()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/'
    let bodyBytes = 0
    for await (const chunk of request) bodyBytes += (chunk as Buffer).byteLength
    const visits = this.#visits.get(path) ?? []
    visits.push({ method: request.method ?? '', headers: { ...request.headers }, bodyBytes })
    this.#visits.set(path, visits)

    const route = this.#routes.get(path)
    if (route !== undefined) {
      await route(request, response)
    } else if (path === '/') {
      response.writeHead(200, { 'Content-Type': 'text/html', 'Cache-Control': 'no-store' }).end(PAGE)
    } else if (path === '/sw.js') {
      const script = `${this.prelude}\n${await readFile(WORKER, 'utf8')}`
      response.writeHead(200, { 'Content-Type': 'text/javascript', 'Cache-Control': 'no-cache' }).end(script)
    } else {
      response.writeHead(404, { 'Cache-Control': 'no-store' }).end()
    }
  }
}
