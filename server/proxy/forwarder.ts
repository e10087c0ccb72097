import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { answerError } from './answer-error.ts'
import { Exchange } from './exchange.ts'
import { type ForwarderOptions, resolveForwarderOptions } from './forwarder-options.ts'
import { OriginConnections } from './origin-connections.ts'
import { prepareRequest } from './prepare-request.ts'
import { hasBody } from './request-body.ts'
import { joinSockets, responseOn, upgradeProtocol } from './tunnel.ts'

/** Sends requests on to one origin. Make one with `createForwarder`. */
export interface Forwarder {
  /**
   * Refuses what must not be forwarded, with an answer; else makes `request.url` and `request.headers` what the origin will
   * be sent, so that a cache in between sees the same. Returns whether the request may go on. `handle` calls it by itself.
   */
  readonly admit: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Forwards a request and writes the answer: a `RequestListener`. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void
  /** For the `upgrade` event of a server: WebSocket and other protocols, passed through both ways once the origin agrees. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Ends tunnels, lets running requests finish for at most `graceMs` (default 10,000), then cuts them off. New ones get 503. */
  readonly close: (graceMs?: number) => Promise<void>
}

/**
 * A forwarder to an HTTP/1.1 origin in any language. Bodies are streamed both ways, and bytes are left as they are. Where the
 * origin can't be reached it answers 502, where it takes longer than `timeoutMs` 504. Throws `option-invalid`,
 * `duration-invalid` for what can't work.
 *
 * @example
 * const forwarder = createForwarder({ origin: 'http://127.0.0.1:8000' })
 * createServer(forwarder.handle).on('upgrade', forwarder.upgrade).listen(8080)
 */
export function createForwarder(options: ForwarderOptions): Forwarder {
  const settings = resolveForwarderOptions(options)
  const connections = new OriginConnections(settings)
  const tunnels = new Set<Duplex>()
  let isClosing = false

  function admit(request: IncomingMessage, response: ServerResponse): boolean {
    const refusal = prepareRequest(request, settings.trustProxy)
    if (refusal === undefined) return true
    // Where the next request begins is what such a client and we disagree about.
    response.shouldKeepAlive = false
    answerError(response, refusal.status, refusal.reason)
    return false
  }

  function isReady(request: IncomingMessage, response: ServerResponse): boolean {
    if (!admit(request, response) || response.destroyed) return false
    if (!isClosing) return true
    response.shouldKeepAlive = false
    answerError(response, 503, 'This server is about to stop.')
    return false
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    if (isReady(request, response)) new Exchange({ request, response, connections, settings }).start()
  }

  function upgrade(request: IncomingMessage, duplex: Duplex, head: Buffer): void {
    const socket = duplex as Socket
    socket.on('error', () => socket.destroy())
    const response = responseOn(request, socket)
    const protocol = upgradeProtocol(request)
    if (hasBody(request)) {
      answerError(response, 400, 'A request for another protocol has no body.')
    } else if (protocol === undefined) {
      // RFC 9110 §7.8: who does not want to switch answers as if it had not been asked.
      handle(request, response)
    } else if (isReady(request, response)) {
      const onSwitch = (lines: readonly (readonly [string, string])[], origin: Duplex): void => {
        response.detachSocket(socket)
        if (head.length > 0) socket.unshift(head)
        for (const end of [socket, origin]) {
          tunnels.add(end)
          end.once('close', () => tunnels.delete(end))
        }
        joinSockets(socket, origin, lines)
      }
      new Exchange({ request, response, connections, settings, upgrade: { protocol, onSwitch } }).start()
    }
  }

  async function close(graceMs = 10_000): Promise<void> {
    isClosing = true
    for (const end of tunnels) end.destroy()
    await connections.close(graceMs)
  }

  return { admit, handle, upgrade, close }
}
