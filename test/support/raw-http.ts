import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { waitUntil } from './wait-until.ts'

/** A client without manners: it sends the bytes it is told to, and shows the bytes that came back (as Latin-1). */
export class RawClient {
  readonly socket: Socket
  received = ''
  isClosed = false

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => (this.received += chunk.toString('latin1')))
    socket.on('error', () => {})
    socket.on('close', () => (this.isClosed = true))
  }

  static async open(url: string): Promise<RawClient> {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  send(...lines: string[]): this {
    this.socket.write(lines.join('\r\n'), 'latin1')
    return this
  }

  /** Waits for a text among what came back. */
  async until(text: string): Promise<string> {
    await waitUntil(() => this.received.includes(text) || this.isClosed, JSON.stringify(text))
    return this.received
  }

  async closed(): Promise<string> {
    await waitUntil(() => this.isClosed, 'the server to close the connection')
    return this.received
  }

  close(): void {
    this.socket.destroy()
  }
}

/** Sends a request and gives all that comes back until the server closes; so the request should say `Connection: close`. */
export async function rawExchange(url: string, ...lines: string[]): Promise<string> {
  const client = await RawClient.open(url)
  return client.send(...lines).closed()
}
