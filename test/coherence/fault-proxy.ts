import { once } from 'node:events'
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net'

/** What a network may do to a connection that stays open. */
export type LinkFault =
  /** Bytes come late, in their order. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Bytes wait until the fault is over. */
  | { readonly kind: 'stall' }
  /** Bytes vanish, both ways; nobody is told. */
  | { readonly kind: 'half-open' }
  /** What is sent arrives, but no answer comes back. */
  | { readonly kind: 'deafen' }

/** A TCP proxy on a loopback port whose network can be made to fail. */
export class FaultProxy {
  readonly port: number
  readonly #server: Server
  readonly #links = new Set<Link>()
  #fault: LinkFault | undefined
  #refuses = false

  private constructor(server: Server) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
  }

  /** In front of whatever listens on a loopback port. */
  static async start(targetPort: number): Promise<FaultProxy> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const proxy = new FaultProxy(server)
    server.on('connection', (socket) => proxy.#take(socket, targetPort))
    return proxy
  }

  get connections(): number {
    return this.#links.size
  }

  /** How many of them have lost bytes. */
  get spoiled(): number {
    return [...this.#links].filter((link) => link.hasLost).length
  }

  /** Puts a fault on every connection there is and will be; or on one, by its place among those that there are. */
  strike(fault: LinkFault, only?: number): void {
    if (only === undefined) {
      this.#fault = fault
      for (const link of this.#links) link.suffer(fault)
    } else [...this.#links][only]?.suffer(fault)
  }

  /** Closes every connection. New ones are taken. */
  drop(): void {
    for (const link of this.#links) link.close()
  }

  /** Closes every connection, and new ones as they come. */
  refuse(): void {
    this.#refuses = true
    this.drop()
  }

  /** Ends all faults. What had lost bytes is closed, since nothing sensible can follow on it. */
  heal(): void {
    this.#refuses = false
    this.#fault = undefined
    for (const link of this.#links) link.heal()
  }

  async close(): Promise<void> {
    this.drop()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #take(client: Socket, targetPort: number): void {
    if (this.#refuses) {
      client.destroy()
      return
    }
    const link = new Link(client, connect(targetPort, '127.0.0.1'), () => this.#links.delete(link))
    this.#links.add(link)
    if (this.#fault !== undefined) link.suffer(this.#fault)
  }
}

/** One connection through the proxy. */
class Link {
  readonly #client: Socket
  readonly #server: Socket
  readonly #there: Pipe
  readonly #back: Pipe

  constructor(client: Socket, server: Socket, gone: () => void) {
    this.#client = client
    this.#server = server
    this.#there = new Pipe(client, server)
    this.#back = new Pipe(server, client)
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => {
        gone()
        this.close()
      })
    }
  }

  get hasLost(): boolean {
    return this.#there.hasLost || this.#back.hasLost
  }

  suffer(fault: LinkFault): void {
    if (fault.kind !== 'deafen') this.#there.suffer(fault)
    this.#back.suffer(fault.kind === 'deafen' ? { kind: 'half-open' } : fault)
  }

  heal(): void {
    if (this.hasLost) {
      this.close()
      return
    }
    this.#there.heal()
    this.#back.heal()
  }

  close(): void {
    this.#client.destroy()
    this.#server.destroy()
  }
}

/** One way of a connection. */
class Pipe {
  hasLost = false
  readonly #to: Socket
  readonly #waiting: Buffer[] = []
  #fault: LinkFault | undefined
  #late = 0

  constructor(from: Socket, to: Socket) {
    this.#to = to
    from.on('data', (chunk: Buffer) => this.#pass(chunk))
    from.on('end', () => to.end())
  }

  suffer(fault: LinkFault): void {
    this.#fault = fault
  }

  heal(): void {
    this.#fault = undefined
    // Bytes that are still late go out first, each with its own timer.
    if (this.#late === 0) this.#flush()
  }

  #pass(chunk: Buffer): void {
    if (this.#fault?.kind === 'half-open') this.hasLost = true
    else if (this.#fault === undefined && this.#late === 0) this.#to.write(chunk)
    else {
      this.#waiting.push(chunk)
      if (this.#fault?.kind !== 'stall') this.#sendLater(this.#fault?.kind === 'delay' ? this.#fault.ms : 0)
    }
  }

  #sendLater(ms: number): void {
    this.#late += 1
    setTimeout(() => {
      this.#late -= 1
      if (this.#fault?.kind === 'stall') return
      if (this.#late === 0) this.#flush()
      else this.#write(this.#waiting.shift())
    }, ms)
  }

  #flush(): void {
    for (const chunk of this.#waiting.splice(0)) this.#write(chunk)
  }

  #write(chunk: Buffer | undefined): void {
    if (chunk !== undefined && this.#to.writable) this.#to.write(chunk)
  }
}
