import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { RawClient, rawExchange } from '../../test/support/raw-http.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { type Forwarder, createForwarder } from './forwarder.ts'

let origin: Server
let front: Server
let forwarder: Forwarder
let url: string
let originSocket: Socket | undefined
let upgrades: Record<string, unknown>[]

const listen = async (server: Server): Promise<string> => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

beforeEach(async () => {
  upgrades = []
  originSocket = undefined
  origin = createServer((request, response) => {
    response.end(`plain ${request.method} ${String(request.headers.upgrade)}`)
  }).on('upgrade', (request, socket, head) => {
    upgrades.push({ ...request.headers, url: request.url })
    originSocket = socket as Socket
    socket.on('error', () => {})
    if (request.url === '/no') {
      socket.end(
        'HTTP/1.1 401 Nope\r\nTransfer-Encoding: chunked\r\nX-Why: because\r\n\r\n4\r\nsorr\r\n1\r\ny\r\n0\r\n\r\n',
      )
      return
    }
    if (request.url === '/silent') return
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: abc\r\n\r\nhello ',
    )
    socket.write(head)
    socket.on('data', (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()))
    socket.on('end', () => socket.end('bye'))
  })
  forwarder = createForwarder({ origin: await listen(origin) })
  front = createServer(forwarder.handle).on('upgrade', forwarder.upgrade)
  url = await listen(front)
})
afterEach(async () => {
  await forwarder.close(0)
  for (const server of [front, origin]) {
    server.closeAllConnections()
    server.close()
  }
})

const handshake = (path: string, protocol = 'websocket'): string[] => [
  `GET ${path} HTTP/1.1`,
  'Host: shop.example',
  'Connection: keep-alive, Upgrade',
  `Upgrade: ${protocol}`,
  'Sec-WebSocket-Key: x',
  'X-Forwarded-For: 6.6.6.6',
  '',
  '',
]

it('bytes go both ways once the origin has switched, also those that came early', async () => {
  const client = await RawClient.open(url)
  client.send(`${handshake('/chat').join('\r\n')}early `)
  const text = await client.until('EARLY ')
  expect(text).toMatch(
    /^HTTP\/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: abc\r\n\r\nhello EARLY $/,
  )
  client.send('abc')
  expect(await client.until('ABC')).toMatch(/EARLY ABC$/)
  expect(upgrades).toMatchObject([
    {
      url: '/chat',
      host: 'shop.example',
      connection: 'upgrade',
      upgrade: 'websocket',
      'x-forwarded-for': '127.0.0.1',
    },
  ])
  client.socket.end()
  expect(await client.closed()).toMatch(/bye$/)
})

it('a break on one side reaches the other', async () => {
  const client = await RawClient.open(url)
  await client.send(...handshake('/chat')).until('hello')
  client.socket.resetAndDestroy()
  await waitUntil(() => originSocket?.destroyed === true, 'the origin to be cut off')
  const second = await RawClient.open(url)
  await second.send(...handshake('/chat')).until('hello')
  originSocket?.resetAndDestroy()
  await second.closed()
})

it('an origin that refuses is heard', async () => {
  const text = await rawExchange(url, ...handshake('/no'))
  expect(text).toMatch(/^HTTP\/1.1 401 Nope\r\nX-Why: because\r\n/)
  expect(text).toMatch(/Transfer-Encoding: chunked\r\n\r\n[^]*sorr[^]*y\r\n0\r\n\r\n$/)
})

it('an origin that says nothing is answered for', async () => {
  const { port } = origin.address() as AddressInfo
  forwarder = createForwarder({ origin: `http://127.0.0.1:${port}`, timeoutMs: 50 })
  front.removeAllListeners('upgrade').on('upgrade', forwarder.upgrade)
  expect(await rawExchange(url, ...handshake('/silent'))).toMatch(/^HTTP\/1.1 504 /)
})

it('HTTP/2 is not switched to: the request is answered as an ordinary one', async () => {
  expect(await rawExchange(url, ...handshake('/', 'h2c'))).toMatch(/^HTTP\/1.1 200 OK[^]*plain GET undefined/)
  expect(upgrades).toEqual([])
})

it('a request that may not be forwarded may not switch either', async () => {
  const smuggled = handshake('/chat').toSpliced(2, 1, 'Connection: Upgrade, Host')
  expect(await rawExchange(url, ...smuggled)).toMatch(/^HTTP\/1.1 400 /)
  const withBody = handshake('/chat').toSpliced(2, 0, 'Content-Length: 3')
  expect(await rawExchange(url, ...withBody)).toMatch(/^HTTP\/1.1 400 /)
  expect(upgrades).toEqual([])
})

it('closing ends what is open', async () => {
  const client = await RawClient.open(url)
  await client.send(...handshake('/chat')).until('hello')
  await forwarder.close()
  await client.closed()
  await waitUntil(() => originSocket?.destroyed === true, 'the origin to be cut off')
})
