import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rawExchange } from '../../test/support/raw-http.ts'
import { serve } from '../../test/support/serve.ts'
import { createForwarder } from './forwarder.ts'

interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: Record<string, string>
}

let seen: Seen[] = []
/** How often Node handed a request over: what its parser refuses never comes this far. */
let handled = 0
let url: string
let trustingUrl: string
let changingUrl: string
let originHost: string
const closers: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  const origin = await serve((request, response) => {
    const { method = '', url = '', headers } = request
    seen.push({ method, url, headers: headers as Record<string, string> })
    response.end('forwarded')
  })
  originHost = new URL(origin.url).host
  const front = async (options: { trustProxy?: boolean; changeHost?: boolean }) => {
    const forwarder = createForwarder({ origin: origin.url, ...options })
    const served = await serve((request, response) => {
      handled += 1
      forwarder.handle(request, response)
    })
    closers.push(() => forwarder.close(0), served.close)
    return served.url
  }
  url = await front({})
  trustingUrl = await front({ trustProxy: true })
  changingUrl = await front({ changeHost: true })
  closers.push(origin.close)
})
afterAll(async () => {
  for (const close of closers) await close()
})
beforeEach(() => {
  seen = []
  handled = 0
})

const CHUNKED_END = ['', '0', '', '']
const ask = (target: string, ...fields: string[]) =>
  rawExchange(url, `GET ${target} HTTP/1.1`, 'Host: shop.example', ...fields, 'Connection: close', '', '')
const post = (...rest: string[]) =>
  rawExchange(url, 'POST / HTTP/1.1', 'Host: shop.example', 'Connection: close', ...rest)

describe('refused by the proxy', () => {
  it.each([
    ['a coding other than chunked', ['Transfer-Encoding: gzip, chunked', ...CHUNKED_END]],
    ['a coding that only looks like chunked', ['Transfer-Encoding: xchunked', ...CHUNKED_END]],
    ['the coding identity', ['Transfer-Encoding: identity', '', '']],
    ['a body that would end with the connection', ['Transfer-Encoding: gzip', '', 'body']],
    ['a Connection that takes away Host', ['Connection: close, Host', '', '']],
    ['a Connection that takes away the length', ['Connection: Content-Length', 'Content-Length: 0', '', '']],
    [
      'a Connection that takes away the framing',
      ['Connection: Transfer-Encoding', 'Transfer-Encoding: chunked', ...CHUNKED_END],
    ],
    [
      'a Connection that takes away credentials',
      ['Connection: close, Authorization', 'Authorization: Basic eDp5', '', ''],
    ],
    ['a Connection that takes away the cookie', ['Connection: Cookie', 'Cookie: a=1', '', '']],
    ['a Connection that takes away Cache-Control', ['Connection: Cache-Control', '', '']],
    ['a Connection that takes away what Vary names', ['Connection: accept-language', '', '']],
    ['a Connection that takes away a condition', ['Connection: if-none-match', '', '']],
    ['a Connection that takes away who asks', ['Connection: X-Forwarded-For', '', '']],
    ['two Hosts', ['Host: other.example', '', '']],
  ])('%s', async (_, rest) => {
    expect(await post(...rest)).toMatch(/^HTTP\/1.1 400 Bad Request\r\n[^]*cache-control: no-store\r\n/i)
    expect([seen, handled]).toEqual([[], 1])
  })

  it.each([
    ['two Hosts that agree', 'GET / HTTP/1.1', ['Host: a', 'Host: a'], 400],
    ['a Host that is a list', 'GET / HTTP/1.1', ['Host: a, b'], 400],
    ['a Host with a user', 'GET / HTTP/1.1', ['Host: a@b'], 400],
    ['a Host with a path', 'GET / HTTP/1.1', ['Host: a/b'], 400],
    ['an empty Host', 'GET / HTTP/1.1', ['Host:'], 400],
    ['a target on another host', 'GET http://other.example/ HTTP/1.1', ['Host: shop.example'], 400],
    ['a target with a user', 'GET http://x@shop.example/ HTTP/1.1', ['Host: shop.example'], 400],
    ['a target of another scheme', 'GET ftp://shop.example/ HTTP/1.1', ['Host: shop.example'], 400],
    ['a fragment', 'GET /a#b HTTP/1.1', ['Host: shop.example'], 400],
    ['the server as a whole', 'OPTIONS * HTTP/1.1', ['Host: shop.example'], 501],
    ['TRACE, which shows what was added on the way', 'TRACE / HTTP/1.1', ['Host: shop.example'], 405],
    ['chunks in HTTP/1.0', 'POST / HTTP/1.0', ['Host: a', 'Transfer-Encoding: chunked'], 400],
    ['what calls itself HTTP/2', 'GET / HTTP/2.0', ['Host: a'], 505],
  ])('%s', async (_, line, fields, status) => {
    const text = await rawExchange(url, line, ...fields, 'Connection: close', '', '')
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect([seen, handled]).toEqual([[], 1])
  })

  it('closes the connection, so that nothing can follow', async () => {
    const text = await rawExchange(
      url,
      'POST / HTTP/1.1',
      'Host: a',
      'Transfer-Encoding: identity',
      '',
      'GET /smuggled HTTP/1.1',
      'Host: a',
      '',
      '',
    )
    expect(text.match(/HTTP\/1.1 /g)).toHaveLength(1)
    expect(seen).toEqual([])
  })
})

describe('refused by the parser of Node already', () => {
  it.each([
    ['length and chunks', ['Content-Length: 5', 'Transfer-Encoding: chunked', ...CHUNKED_END]],
    ['chunks and length', ['Transfer-Encoding: chunked', 'Content-Length: 5', ...CHUNKED_END]],
    [
      'two codings in two lines',
      ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity', ...CHUNKED_END],
    ],
    ['chunked twice', ['Transfer-Encoding: chunked, chunked', ...CHUNKED_END]],
    ['a space before the colon', ['Transfer-Encoding : chunked', ...CHUNKED_END]],
    ['two lengths', ['Content-Length: 0', 'Content-Length: 0', '', '']],
    ['a list of lengths', ['Content-Length: 0, 0', '', '']],
    ['a length with a sign', ['Content-Length: +0', '', '']],
    ['a folded line', ['X-A: 1', ' 2', '', '']],
    ['NUL in a value', ['X-A: a\0b', '', '']],
  ])('%s', async (_, rest) => {
    expect(await post(...rest)).toMatch(/^HTTP\/1.1 400 /)
    expect([seen, handled]).toEqual([[], 0])
  })

  it.each(['/a b', '/a\tb', '/a\0b', '/a\rb', '/a\nb', '/a\u007fb', '/caf\u00e9', 'a', '?a'])(
    'the target %j',
    async (target) => {
      expect(await ask(target)).toMatch(/^HTTP\/1.1 400 /)
      expect([seen, handled]).toEqual([[], 0])
    },
  )

  it('a missing Host, and an expectation that nobody knows', async () => {
    expect(await rawExchange(url, 'GET / HTTP/1.1', 'Connection: close', '', '')).toMatch(/^HTTP\/1.1 400 /)
    expect(await ask('/', 'Expect: tea')).toMatch(/^HTTP\/1.1 417 /)
    expect([seen, handled]).toEqual([[], 0])
  })
})

describe('forwarded', () => {
  it('an absolute target in origin-form', async () => {
    await ask('http://SHOP.example/a?b=//c')
    await ask('http://shop.example')
    await ask('http://shop.example?q')
    expect(seen.map(({ url }) => url)).toEqual(['/a?b=//c', '/', '/?q'])
  })

  it('a path as it came, also one that looks like a host', async () => {
    await ask('//other.example/a/../%2e%2F?x=%zz&y=|')
    expect(seen[0]?.url).toBe('//other.example/a/../%2e%2F?x=%zz&y=|')
    expect(seen[0]?.headers['host']).toBe('shop.example')
  })

  it('an expectation of 100 as no expectation, since it has been met', async () => {
    const text = await post('Expect: 100-continue', 'Content-Length: 2', '', 'ok')
    expect(text).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK/)
    expect(seen[0]?.headers).not.toHaveProperty('expect')
  })

  it('without the fields of the connection, those that it names, and `Proxy`', async () => {
    await rawExchange(
      url,
      'GET / HTTP/1.1',
      'Host: a',
      'Connection: close, X-Hop, Keep-Alive',
      'X-Hop: 1',
      'Keep-Alive: 1',
      'TE: trailers',
      'Trailer: x',
      'Upgrade: foo',
      'Proxy-Connection: close',
      'Proxy-Authorization: Basic eDp5',
      'HTTP2-Settings: AA',
      'Proxy: http://evil.example',
      'X-Mine: 1',
      '',
      '',
    )
    expect(Object.keys(seen[0]?.headers ?? {}).toSorted()).toEqual([
      'connection',
      'host',
      'via',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-proto',
      'x-mine',
    ])
    expect(seen[0]?.headers['connection']).toBe('keep-alive')
  })

  const LIES = [
    'X-Forwarded-For: 6.6.6.6',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-Port: 1',
    'X-Forwarded-Prefix: /evil',
    'Forwarded: for=6.6.6.6',
    'X-Real-IP: 6.6.6.6',
    'X-Original-URL: /admin',
    'X-Forwarded: 6.6.6.6',
    'X-Forwarded-Ssl: evil',
    'X-Client-IP: 6.6.6.6',
    'X-Cluster-Client-IP: 6.6.6.6',
    'X-ProxyUser-Ip: 6.6.6.6',
    'True-Client-IP: 6.6.6.6',
    'CF-Connecting-IP: 6.6.6.6',
    'CF-Connecting-IPv6: 6.6.6.6',
    'Fastly-Client-IP: 6.6.6.6',
    'Front-End-Https: evil',
    'X-Url-Scheme: evil',
    'CF_Connecting_IP: 6.6.6.6',
    'X_Forwarded_For: 6.6.6.6',
    'X_Forwarded-Host: evil.example',
  ]

  it('with what the socket says about the client, and nothing that the client says', async () => {
    await ask('/', ...LIES, 'Via: 1.0 first')
    const headers = seen[0]?.headers
    expect(headers).toMatchObject({
      host: 'shop.example',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'shop.example',
      via: '1.0 first, 1.1 thermocline',
    })
    expect(JSON.stringify(headers)).not.toMatch(/6\.6\.6\.6|evil|x-forwarded-port|admin/)
  })

  it('with what a trusted proxy says, but not in disguise', async () => {
    await rawExchange(trustingUrl, 'GET / HTTP/1.1', 'Host: a', ...LIES, 'Connection: close', '', '')
    expect(seen[0]?.headers).toMatchObject({
      'x-forwarded-for': '6.6.6.6, 127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-port': '1',
      forwarded: 'for=6.6.6.6',
      'x-real-ip': '6.6.6.6',
    })
    expect(Object.keys(seen[0]?.headers ?? {}).filter((name) => name.includes('_'))).toEqual([])
  })

  it('with the name of the origin where that is wanted, or where the client gave none', async () => {
    await rawExchange(changingUrl, 'GET / HTTP/1.1', 'Host: a', 'Connection: close', '', '')
    expect(seen[0]?.headers).toMatchObject({ host: originHost, 'x-forwarded-host': 'a' })
    await rawExchange(url, 'GET / HTTP/1.0', '', '')
    expect(seen[1]?.headers['host']).toBe(originHost)
  })
})

describe('wrong options', () => {
  it.each([
    [{ origin: 'ftp://a' }, /`origin` is "ftp:\/\/a"\. Give scheme, host and port alone/],
    [{ origin: 'localhost:80' }, /`origin`/],
    [{ origin: 'http://a/path' }, /`origin`/],
    [{ origin: 'http://a/?q' }, /`origin`/],
    [{ origin: 'http://a/#f' }, /`origin`/],
    [{ origin: 7 }, /`origin` is 7/],
    [{}, /`origin` is undefined/],
    [{ origin: 'http://a', timeoutMs: 0 }, /`timeoutMs` is 0/],
    [{ origin: 'http://a', trustProxy: 'yes' }, /`trustProxy` is "yes"/],
    [{ origin: 'http://a', timeout: 1 }, /no option `timeout`/],
  ])('%j', (options, message) => {
    expect(() => createForwarder(options as never)).toThrow(message)
  })

  it('do not show a password', () => {
    expect(() => createForwarder({ origin: 'http://me:secret@a' })).toThrow(
      /^(?!.*secret).*user name or password/,
    )
  })
})
