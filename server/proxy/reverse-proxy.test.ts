import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { afterEach, expect, it, vi } from 'vitest'
import { RawClient, rawExchange } from '../../test/support/raw-http.ts'
import { serve } from '../../test/support/serve.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { type ReverseProxyOptions, createReverseProxy } from './reverse-proxy.ts'

const cleanup: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of cleanup.splice(0).toReversed()) await step()
})

async function start(origin: RequestListener, options: Partial<ReverseProxyOptions> = {}) {
  const served = await serve(origin)
  const proxy = createReverseProxy({ origin: served.url, ...options })
  cleanup.push(served.close, () => proxy.close(0))
  return { proxy, url: await proxy.listen(0) }
}

it('answers with what the origin says', async () => {
  const { url } = await start((request, response) =>
    response.end(`${request.url} ${String(request.headers['x-forwarded-for'])}`),
  )
  expect(await (await fetch(`${url}/a?b`)).text()).toBe('/a?b 127.0.0.1')
})

it('refuses before anything can be had from the cache', async () => {
  const { url } = await start((_, response) =>
    response.setHeader('Cache-Control', 'max-age=60').end('stored'),
  )
  await (await fetch(`${url}/a`)).text()
  const { host } = new URL(url)
  const text = await rawExchange(
    url,
    `GET http://other.example/a HTTP/1.1`,
    `Host: ${host}`,
    'Connection: close',
    '',
    '',
  )
  expect(text).toMatch(/^HTTP\/1.1 400 /)
})

it('answers what it can not parse in a way that nobody keeps', async () => {
  const { url } = await start((_, response) => response.end('ok'))
  const text = await rawExchange(url, 'GET / NONSENSE', '', '')
  expect(text).toBe(
    'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nCache-Control: no-store\r\nContent-Length: 0\r\n\r\n',
  )
  const large = await rawExchange(url, 'GET / HTTP/1.1', 'Host: a', `X-Large: ${'x'.repeat(20_000)}`, '', '')
  expect(large).toMatch(/^HTTP\/1.1 431 /)
})

it('never puts an error in the middle of an answer', async () => {
  const { url } = await start((_, response) => response.write('first half'))
  const client = await RawClient.open(url)
  client.send('POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked', '', '1', 'a', '')
  await client.until('first half')
  client.send('no chunk', '')
  expect(await client.closed()).toMatch(/first half\r\n$/)
})

it('passes upgrades through', async () => {
  const origin = await serve(() => {})
  cleanup.push(origin.close)
  const { proxy, url } = await start((_, response) => response.end('plain'))
  expect(proxy.server.listenerCount('upgrade')).toBe(1)
  const text = await rawExchange(
    url,
    'GET / HTTP/1.1',
    'Host: a',
    'Connection: Upgrade',
    'Upgrade: foo',
    '',
    '',
  )
  expect(text).toMatch(/plain/)
})

it('closing lets a running answer finish, takes no new connection, and keeps none open', async () => {
  let finish = (): void => {}
  const { proxy, url } = await start((request, response) => {
    if (request.url === '/idle') return response.end('idle')
    response.write('a')
    finish = () => response.end('b')
    return response
  })
  const client = await RawClient.open(url)
  const idle = await RawClient.open(url)
  await idle.send('GET /idle HTTP/1.1', 'Host: a', '', '').until('idle')
  await client.send('GET / HTTP/1.1', 'Host: a', '', '').until('a\r\n')
  const closed = proxy.close()
  await idle.closed()
  await expect(fetch(url)).rejects.toThrow('fetch failed')
  finish()
  await closed
  expect(await client.closed()).toMatch(/b\r\n0\r\n\r\n$/)
})

it('closing tells a client whose answer has not begun that the connection ends', async () => {
  let finish: (() => void) | undefined
  const { proxy, url } = await start((_, response) => (finish = () => response.end('late')))
  const answer = fetch(url)
  await waitUntil(() => finish !== undefined, 'the request to reach the origin')
  const closed = proxy.close()
  finish?.()
  expect((await answer).headers.get('connection')).toBe('close')
  expect(await (await answer).text()).toBe('late')
  await closed
})

it('closing cuts off what takes longer than it may', async () => {
  const { proxy, url } = await start((_, response) => response.write('a'))
  const answer = await fetch(url)
  await proxy.close(20)
  await expect(answer.text()).rejects.toThrow('terminated')
})

it('says which option is wrong', async () => {
  expect(() => createReverseProxy({ origin: 'http://a', tls: true } as never)).toThrow(/no option `tls`/)
  const { url } = await start((_, response) => response.end())
  const second = createReverseProxy({ origin: 'http://127.0.0.1:9' })
  await expect(second.listen(Number(new URL(url).port))).rejects.toThrow('EADDRINUSE')
  await second.close()
})

it('an origin that goes away in the middle of an answer cuts the client off', async () => {
  let goAway = (): void => {}
  const { url } = await start((_, response) => {
    response.write('half')
    goAway = () => response.destroy()
  })
  const client = await RawClient.open(url)
  await client.send('GET / HTTP/1.1', 'Host: a', '', '').until('half')
  goAway()
  expect(await client.closed()).toMatch(/half\r\n$/)
  if (!client.socket.closed) await once(client.socket, 'close')
})

it('what is stored and stale stands in for an origin that is too slow', async () => {
  let asked = 0
  const { url } = await start(
    (_, response) => {
      asked += 1
      if (asked === 1) response.setHeader('Cache-Control', 'max-age=0').setHeader('ETag', '"v1"').end('kept')
    },
    { timeoutMs: '10s' },
  )
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  cleanup.push(async () => vi.useRealTimers())
  expect(await (await fetch(url)).text()).toBe('kept')
  const answer = fetch(url)
  await waitUntil(() => asked === 2, 'the origin to be asked')
  vi.advanceTimersByTime(10_000)
  expect((await answer).status).toBe(200)
  expect((await answer).headers.get('cache-status')).toMatch(/; fwd=stale; ttl=-?\d+; detail=unreachable$/)
  expect(await (await answer).text()).toBe('kept')
})
