import { type IncomingMessage, ServerResponse } from 'node:http'
import { type Duplex, pipeline } from 'node:stream'
import type { Socket } from 'node:net'
import { connectionOptions, responseLines, type FieldLine } from './fields.ts'

/** The protocol that a client wants to switch to, `undefined` for none that may be. */
export function upgradeProtocol({ headers }: IncomingMessage): string | undefined {
  if (!connectionOptions(headers.connection).includes('upgrade')) return undefined
  // A tunnel of HTTP/2 would carry requests past everything that is checked here ("h2c smuggling").
  const offered = (headers.upgrade ?? '')
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol !== '' && !/^(?:h2c?|http)(?:\/|$)/i.test(protocol))
  return offered.length === 0 ? undefined : offered.join(', ')
}

/** A response in the ordinary form for a connection that Node has handed over: where no switch comes about. */
export function responseOn(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  response.once('finish', () => {
    response.detachSocket(socket)
    socket.destroySoon()
  })
  return response
}

/** Says 101 to the client and joins the two connections, until both have ended or one breaks. */
export function joinSockets(client: Socket, origin: Duplex, lines: readonly FieldLine[]): void {
  const fields = [...responseLines(lines).values()].flatMap(({ name, values }) =>
    values.map((value) => `${name}: ${value}\r\n`),
  )
  const protocol = lines.find(([name]) => name.toLowerCase() === 'upgrade')?.[1]
  const upgrade = protocol === undefined ? '' : `Upgrade: ${protocol}\r\n`
  client.setTimeout(0)
  client.setNoDelay(true)
  client.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n${upgrade}${fields.join('')}\r\n`,
    'latin1',
  )
  const onEnd = (error?: Error | null): void => {
    if (error === undefined || error === null) return
    client.destroy()
    origin.destroy()
  }
  pipeline(client, origin, onEnd)
  pipeline(origin, client, onEnd)
}
