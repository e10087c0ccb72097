import { isIP } from 'node:net'
import { Client, type Dispatcher, Pool, buildConnector } from 'undici'
import { withDeadline } from '../deadline.ts'
import type { ResolvedForwarderOptions } from './forwarder-options.ts'

/** What these have in common: the connection ended, and maybe before the origin had read anything. */
const DISCONNECTED = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])

/** The connections to one origin: kept open, used again, one request at a time on each. */
export class OriginConnections {
  readonly #origin: string
  readonly #hostname: string
  readonly #settings: Client.Options
  readonly #pool: Pool
  readonly #single = new Set<Client>()
  readonly #bytesRead = new WeakMap<Error, number>()

  constructor({ origin, timeoutMs, bodyTimeoutMs }: ResolvedForwarderOptions) {
    this.#origin = origin.origin
    const connect = buildConnector({ timeout: timeoutMs })
    const hostname = origin.hostname.replace(/^\[|\]$/g, '')
    this.#hostname = hostname
    this.#settings = {
      // The exchange keeps the time: it also counts the wait for a connection.
      headersTimeout: 0,
      bodyTimeout: bodyTimeoutMs,
      pipelining: 1,
      connect: (options, callback) => {
        // TLS is made out to the origin. undici would take the name from `Host`, which is the client's.
        connect({ ...options, servername: isIP(hostname) === 0 ? hostname : '' }, (...outcome) => {
          const [error, socket] = outcome
          if (error !== null) return callback(error, null)
          socket.on('error', (error: Error) => this.#bytesRead.set(error, socket.bytesRead))
          return callback(null, socket)
        })
      },
    }
    this.#pool = new Pool(this.#origin, this.#settings)
  }

  /** Sends a request on whichever connection is free. */
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#pool.dispatch(this.#withServername(options), handler)
  }

  /** Sends a request on a connection of its own, which nobody used before. */
  dispatchAlone(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    const client = new Client(this.#origin, this.#settings)
    this.#single.add(client)
    client.dispatch(this.#withServername(options), handler)
    void client.close().finally(() => this.#single.delete(client))
  }

  /** Whether a request failed because the origin closed a connection that had served others before. */
  wasReused(error: Error): boolean {
    const { code, socket } = error as { code?: string; socket?: { bytesRead?: number } | null }
    if (code === undefined || !DISCONNECTED.has(code)) return false
    return (socket?.bytesRead ?? this.#bytesRead.get(error) ?? 0) > 0
  }

  /** Lets running requests finish, for at most `graceMs`; then cuts them off. */
  async close(graceMs: number): Promise<void> {
    const all = [this.#pool, ...this.#single]
    const closed = Promise.all(all.filter(({ closed }) => !closed).map((dispatcher) => dispatcher.close()))
    try {
      await withDeadline(closed, graceMs, 'Closing')
    } catch {
      await Promise.all(all.map((dispatcher) => dispatcher.destroy()))
    }
  }

  /** The same name for all requests, or undici would open a new connection whenever the client's `Host` changes. */
  #withServername(options: Dispatcher.DispatchOptions): Dispatcher.DispatchOptions {
    // Not among undici's types, but read from here.
    const extra: { servername: string } = { servername: this.#hostname }
    return Object.assign(options, extra)
  }
}
