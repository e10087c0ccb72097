import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** A loopback port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  return tryPort('127.0.0.1', 0)
}

/** Listens on a port for a moment. The port; rejects as `listen` does where it cannot be had. */
export async function tryPort(host: string, port: number): Promise<number> {
  const server = createServer()
  server.listen(port, host)
  await once(server, 'listening')
  const { port: bound } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return bound
}
