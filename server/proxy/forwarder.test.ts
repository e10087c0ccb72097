import { createHash, randomBytes } from 'node:crypto'
import { get as httpGet } from 'node:http'
import { describe, expect, it, vi } from 'vitest'
import { GET, behind, cleanup } from '../../test/support/behind-forwarder.ts'
import { RawClient, rawExchange } from '../../test/support/raw-http.ts'
import { serve } from '../../test/support/serve.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { createForwarder } from './forwarder.ts'

describe('a response', () => {
  it('arrives with status, reason, fields and bytes as the origin sent them', async () => {
    const { url } = await behind((_, response) => {
      response.writeHead(418, 'Short and Stout', [
        ['Date', 'Thu, 01 Jan 1998 00:00:00 GMT'],
        ['Content-Length', '4'],
        ['Content-Encoding', 'gzip'],
        ['Set-Cookie', 'b=2'],
        ['Set-Cookie', 'a=1'],
        ['X-Latin', 'caf\u00e9'],
        ['Cache-Control', 'max-age=1'],
        ['Cache-Control', 'public'],
      ] as never)
      response.end(Buffer.from([0x1f, 0x8b, 0xff, 0x00]))
    })
    const text = await rawExchange(url, ...GET())
    expect(text).toBe(
      [
        'HTTP/1.1 418 Short and Stout',
        'Date: Thu, 01 Jan 1998 00:00:00 GMT',
        'Content-Length: 4',
        'Content-Encoding: gzip',
        'Set-Cookie: b=2',
        'Set-Cookie: a=1',
        'X-Latin: caf\u00e9',
        'Cache-Control: max-age=1',
        'Cache-Control: public',
        'Connection: close',
        '',
        '\u001f\u008b\u00ff\u0000',
      ].join('\r\n'),
    )
  })

  it('to HEAD keeps its Content-Length and has no body', async () => {
    const { url } = await behind((_, response) => response.setHeader('Content-Length', '5000').end())
    const text = await rawExchange(url, 'HEAD / HTTP/1.1', 'Host: a', 'Connection: close', '', '')
    expect(text).toMatch(/^content-length: 5000\r$/im)
    expect(text.endsWith('\r\n\r\n')).toBe(true)
  })

  it.each([204, 304])('of status %d has no body and no chunks', async (status) => {
    const { url } = await behind((_, response) => response.writeHead(status, { ETag: '"a"' }).end())
    const text = await rawExchange(url, ...GET())
    expect(text).toMatch(/^etag: "a"\r$/im)
    expect(text).not.toMatch(/transfer-encoding|content-length/i)
    expect(text.endsWith('\r\n\r\n')).toBe(true)
  })

  it('loses the fields of its connection, but not one that matters', async () => {
    const { url } = await behind((_, response) => {
      response.writeHead(200, {
        Connection: 'X-Hop, Cache-Control, close',
        'X-Hop': '1',
        'Keep-Alive': 'timeout=99',
        'Proxy-Authenticate': 'Basic',
        'Cache-Control': 'private',
      })
      response.end('ok')
    })
    const text = await rawExchange(url, ...GET())
    expect(text).not.toMatch(/x-hop|timeout=99|proxy-authenticate/i)
    expect(text).toMatch(/^cache-control: private\r$/im)
  })

  it('with trailers passes them on', async () => {
    const { url } = await behind((_, response) => {
      response.writeHead(200, { Trailer: 'X-Sum' })
      response.write('body')
      response.addTrailers({ 'X-Sum': 'abc', 'Set-Cookie': 'a=1' })
      response.end()
    })
    const text = await rawExchange(url, ...GET())
    expect(text).toMatch(/\r\n0\r\nX-Sum: abc\r\n\r\n$/)
    expect(text).not.toMatch(/set-cookie/i)
    expect(text.match(/transfer-encoding/gi)).toHaveLength(1)
  })

  it('is preceded by the early hints of the origin, one 103 each, and by a 102', async () => {
    let finish = (): void => {}
    const { url } = await behind((request, response) => {
      finish = () => response.end('ok')
      if (request.url === '/at-once') return finish()
      response.writeProcessing()
      response.writeEarlyHints({
        link: ['</a.css>; rel=preload; as=style', '</b,c.js>; rel=preload'],
        'x-trace': '7',
      })
      response.writeEarlyHints({ link: '</d.js>; rel=preload' })
    })
    const client = await RawClient.open(url)
    const hints = await client.send(...GET()).until('</d.js>; rel=preload\r\n\r\n')
    expect(hints).not.toContain('HTTP/1.1 200')
    finish()
    expect(await client.closed()).toMatch(
      /^HTTP\/1.1 102 Processing\r\n\r\nHTTP\/1.1 103 Early Hints\r\nLink: <\/a.css>; rel=preload; as=style, <\/b,c.js>; rel=preload\r\nx-trace: 7\r\n\r\nHTTP\/1.1 103 Early Hints\r\nLink: <\/d.js>; rel=preload\r\n\r\nHTTP\/1.1 200 OK\r\n/,
    )
    expect(await rawExchange(url, 'GET /at-once HTTP/1.0', '', '')).toMatch(/^HTTP\/1.1 200 OK/)
  })

  it('shows its head before there is a body', async () => {
    const { url } = await behind((_, response) => {
      response.setHeader('Content-Type', 'text/event-stream')
      response.flushHeaders()
    })
    const client = await RawClient.open(url)
    expect(await client.send(...GET()).until('\r\n\r\n')).toMatch(/text\/event-stream/)
    client.close()
  })

  it('of gigabytes waits for a slow reader instead of filling memory', async () => {
    let sent = 0
    const block = Buffer.alloc(1 << 20)
    const { url } = await behind((_, response) => {
      const more = (): void => {
        while (sent < 1 << 30) {
          sent += block.length
          if (!response.write(block)) return void response.once('drain', more)
        }
        response.end()
      }
      more()
    })
    const response = await new Promise<NodeJS.ReadableStream>((resolve) => httpGet(url, resolve))
    response.pause()
    let before = 0
    let looksInVain = 0
    await waitUntil(() => {
      looksInVain = sent > 0 && sent === before ? looksInVain + 1 : 0
      before = sent
      return looksInVain === 20
    }, 'the origin to stop writing')
    expect(sent).toBeLessThan(100 << 20)
  })
})

describe('a request', () => {
  it('of 20 MB reaches the origin byte for byte, with the length that was told', async () => {
    const { url } = await behind((request, response) => {
      const hash = createHash('sha256')
      request.on('data', (chunk: Buffer) => hash.update(chunk))
      request.on('end', () => response.end(`${request.headers['content-length']} ${hash.digest('hex')}`))
    })
    const body = randomBytes(20 << 20)
    const answer = await fetch(url, { method: 'PUT', body })
    expect(await answer.text()).toBe(`${body.length} ${createHash('sha256').update(body).digest('hex')}`)
  })

  it.each(['POST', 'DELETE', 'GET', 'PATCH'])('%s in chunks reaches the origin in chunks', async (method) => {
    let text = ''
    const { url } = await behind((request, response) => {
      request.on('data', (chunk: Buffer) => (text += chunk.toString()))
      request.on('end', () => response.end(`${request.headers['transfer-encoding'] ?? 'none'}:${text}`))
    })
    const client = await RawClient.open(url)
    client.send(
      `${method} / HTTP/1.1`,
      'Host: a',
      'Transfer-Encoding: chunked',
      'Connection: close',
      '',
      '3\r\nabc\r\n',
    )
    await waitUntil(() => text === 'abc', 'the first chunk at the origin')
    client.send('3', 'def', '0', '', '')
    expect(await client.closed()).toMatch(/chunked:abcdef/)
  })

  it('that is long on its way is not counted against the origin', async () => {
    let text = ''
    const { url } = await behind(
      (request, response) => {
        request.on('data', (chunk: Buffer) => (text += chunk.toString()))
        request.on('end', () => response.end('got it'))
      },
      { timeoutMs: 500 },
    )
    const client = await RawClient.open(url)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    cleanup.push(() => vi.useRealTimers())
    client.send('POST / HTTP/1.1', 'Host: a', 'Content-Length: 6', 'Connection: close', '', '')
    for (const so of ['u', 'up', 'upl', 'uplo', 'uploa', 'upload']) {
      client.send(so.slice(-1))
      await waitUntil(() => text === so, 'the byte at the origin')
      vi.advanceTimersByTime(400)
    }
    expect(await client.closed()).toMatch(/got it$/)
  })

  it('keeps its Latin-1 bytes, several lines of one name, and a target beyond ASCII rules', async () => {
    const { url } = await behind((request, response) =>
      response.end([request.url, request.headers['x-name'], request.headers.cookie].join('|')),
    )
    const text = await rawExchange(
      url,
      ...GET("/a'(b)!~*?x=%E4|[]{}", 'X-Name: caf\u00e9', 'X-Name: th\u00e9', 'Cookie: a=1', 'Cookie: b=2'),
    )
    // Node writes the answer as UTF-8.
    const expected = "/a'(b)!~*?x=%E4|[]{}|caf\u00e9, th\u00e9|a=1; b=2"
    expect(Buffer.from(text, 'latin1').toString()).toContain(expected)
  })

  it('without a body is sent without one', async () => {
    const { url } = await behind((request, response) => response.end(JSON.stringify(request.headers)))
    const post = await rawExchange(
      url,
      'POST / HTTP/1.1',
      'Host: a',
      'Content-Length: 0',
      'Connection: close',
      '',
      '',
    )
    expect(post).toMatch(/"content-length":"0"/)
    expect(await rawExchange(url, ...GET())).not.toMatch(/"(?:content-length|transfer-encoding)":/)
  })

  it('is answered before its end where the origin does not want the rest, and the connection goes on', async () => {
    const { url } = await behind((request, response) => {
      if (request.method === 'POST') response.writeHead(413, { Connection: 'close' }).end('too large')
      else response.end('next')
    })
    const client = await RawClient.open(url)
    client.send('POST / HTTP/1.1', 'Host: a', 'Content-Length: 2000000', '', 'x'.repeat(1000))
    expect(await client.until('too large')).toMatch(/^HTTP\/1.1 413/)
    client.send('x'.repeat(1_999_000)).send(...GET())
    expect(await client.closed()).toMatch(/next$/)
  })

  it('is read from `request.headers`, whatever was on the wire', async () => {
    const { url: originUrl, close } = await serve((request, response) =>
      response.end(JSON.stringify(request.headers)),
    )
    cleanup.push(close)
    const forwarder = createForwarder({ origin: originUrl })
    const front = await serve((request, response) => {
      delete request.headers['range']
      request.headers['if-none-match'] = '"kept"'
      forwarder.handle(request, response)
    })
    cleanup.push(() => forwarder.close(0), front.close)
    const text = await rawExchange(front.url, ...GET('/', 'Range: bytes=0-1'))
    expect(text).toMatch(/"if-none-match":"\\"kept\\""/)
    expect(text).not.toMatch(/range/)
  })
})
