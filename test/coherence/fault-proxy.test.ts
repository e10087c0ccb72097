import { once } from 'node:events'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { waitUntil } from '../support/wait-until.ts'
import { FaultProxy } from './fault-proxy.ts'

const echo = createServer((socket) => socket.on('error', () => {}).pipe(socket))
const cleanUp: (() => unknown)[] = []
let proxy: FaultProxy

beforeEach(async () => {
  if (!echo.listening) await once(echo.listen(0, '127.0.0.1'), 'listening')
  proxy = await FaultProxy.start((echo.address() as AddressInfo).port)
})
afterEach(async () => {
  for (const step of cleanUp.splice(0)) step()
  await proxy.close()
})

/** A connection through the proxy that has been used once. */
async function open() {
  const socket: Socket = connect(proxy.port, '127.0.0.1')
  const seen = { text: '', isClosed: false }
  socket.on('data', (chunk: Buffer) => (seen.text += chunk.toString()))
  socket.on('error', () => {})
  socket.on('close', () => (seen.isClosed = true))
  cleanUp.push(() => socket.destroy())
  await once(socket, 'connect')
  return { socket, seen, hears: (text: string) => waitUntil(() => seen.text === text, `to hear ${text}`) }
}

async function openUsed() {
  const client = await open()
  client.socket.write('a')
  await client.hears('a')
  return client
}

it('passes bytes both ways', async () => {
  await openUsed()
  expect(proxy.connections).toBe(1)
})

it('brings delayed bytes late and in order, also those that come after the fault', async () => {
  const { socket, seen, hears } = await openUsed()
  proxy.strike({ kind: 'delay', ms: 30 })
  const beganAtMs = performance.now()
  for (const letter of 'bcdefgh') socket.write(letter)
  await waitUntil(() => seen.text.length > 1, 'the first late byte')
  expect(performance.now() - beganAtMs).toBeGreaterThan(50)
  proxy.heal()
  socket.write('i')
  await hears('abcdefghi')
})

it('keeps stalled bytes until it is healed', async () => {
  const stalled = await openUsed()
  const other = await openUsed()
  proxy.strike({ kind: 'stall' }, 0)
  stalled.socket.write('b')
  other.socket.write('b')
  await other.hears('ab')
  expect(stalled.seen.text).toBe('a')
  proxy.heal()
  await stalled.hears('ab')
})

it('swallows what goes through a half-open connection, new ones too, and closes them when it is healed', async () => {
  const used = await openUsed()
  proxy.strike({ kind: 'half-open' })
  const fresh = await open()
  used.socket.write('b')
  fresh.socket.write('b')
  await waitUntil(() => proxy.spoiled === 2, 'the bytes to be lost')
  expect(used.seen).toEqual({ text: 'a', isClosed: false })
  proxy.heal()
  await waitUntil(() => used.seen.isClosed && fresh.seen.isClosed, 'both to be closed')
  expect(fresh.seen.text).toBe('')
})

it('lets bytes through to the server, but no answer back, when it is deafened', async () => {
  const { socket, seen } = await openUsed()
  proxy.strike({ kind: 'deafen' })
  socket.write('b')
  await waitUntil(() => proxy.spoiled === 1, 'the answer to be lost')
  expect(seen.text).toBe('a')
})

it('closes connections, and refuses new ones until it is healed', async () => {
  const { seen } = await openUsed()
  proxy.refuse()
  await waitUntil(() => seen.isClosed, 'the connection to be closed')
  const refused = await open()
  await waitUntil(() => refused.seen.isClosed, 'the new one to be closed')
  proxy.heal()
  await openUsed()
})
