import { once } from 'node:events'
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net'

/** Passes each connection on to one of several ports in turn, as a load balancer does, and to another one where that is dead. */
export class Balancer {
  readonly port: number
  /** The ports of those who answer. */
  targets: readonly number[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #next = 0

  private constructor(server: Server) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
  }

  static async start(): Promise<Balancer> {
    const server = createServer({ allowHalfOpen: false }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const balancer = new Balancer(server)
    server.on('connection', (socket) => balancer.#take(socket))
    return balancer
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #take(client: Socket): void {
    this.#keep(client)
    this.#passOn(client, this.targets.length)
  }

  #passOn(client: Socket, tries: number): void {
    this.#next += 1
    const port = this.targets[this.#next % this.targets.length]
    if (tries === 0 || port === undefined) {
      client.destroy()
      return
    }
    const server = this.#keep(connect(port, '127.0.0.1'))
    let isConnected = false
    server.once('connect', () => {
      isConnected = true
      client.pipe(server).pipe(client)
    })
    server.once('close', () => {
      if (isConnected) client.destroy()
      else this.#passOn(client, tries - 1)
    })
    client.once('close', () => server.destroy())
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
    return socket
  }
}
