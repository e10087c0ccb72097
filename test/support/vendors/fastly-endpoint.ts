import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import type { Told } from '../told.ts'
import { serve } from '../serve.ts'

/** Fastly's purging API on a port of its own: what it has taken, and a bad time now and then. */
export class FastlyEndpoint {
  /** How often it has refused, by status. */
  readonly refused = { 429: 0, 500: 0 }
  url = ''
  readonly #told: Told
  #refusals = 0
  #close: () => Promise<void> = async () => {}

  /** @param told - where it writes down what it has let go of. */
  constructor(told: Told) {
    this.#told = told
  }

  async open(): Promise<this> {
    const { url, close } = await serve((request, response) => void this.#answer(request, response))
    this.url = url
    this.#close = close
    return this
  }

  async close(): Promise<void> {
    await this.#close()
  }

  /** Answers the next so many requests with 429 and 500, in turns. */
  refuse(times: number): void {
    this.#refusals = times
  }

  get isRefusing(): boolean {
    return this.#refusals > 0
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = request.url?.endsWith('/purge') ? ((await json(request)) as object) : {}
    if (this.#refusals > 0) {
      this.#refusals -= 1
      const status = this.#refusals % 2 === 0 ? 500 : 429
      this.refused[status] += 1
      response.writeHead(status, status === 429 ? { 'Retry-After': '1' } : {}).end('{"msg":"not now"}')
      return
    }
    if ('surrogate_keys' in body) this.#told.groups(body.surrogate_keys as string[])
    else this.#told.everything()
    response.end('{"status":"ok"}')
  }
}
