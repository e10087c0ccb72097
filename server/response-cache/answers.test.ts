import { once } from 'node:events'
import { type ServerResponse, request as httpRequest } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express, { type Response } from 'express'
import { describe, expect, it } from 'vitest'
import { WAYS, afterwards, ask, serveCached } from '../../test/support/cached-app.ts'
import { rawExchange } from '../../test/support/raw-http.ts'
import { serve } from '../../test/support/serve.ts'
import { waitUntil } from '../../test/support/wait-until.ts'

const FRESH = 'public, max-age=60'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'thermocline-'))
  afterwards(() => rm(path, { recursive: true }))
  await writeFile(join(path, 'page.html'), '<p>hello</p>')
  return path
}

describe.each(WAYS)('through %s, a handler may answer by', (way) => {
  it.each<[string, (response: Response) => unknown]>([
    [
      'an object',
      (response) => response.writeHead(200, { 'Cache-Control': FRESH, 'X-A': '1', 'X-B': ['2', '3'] }),
    ],
    [
      'a message and an object',
      (response) =>
        response.writeHead(200, 'Fine', { 'Cache-Control': FRESH, 'X-A': '1', 'X-B': ['2', '3'] }),
    ],
    [
      'names and values in turn',
      (response) => response.writeHead(200, ['Cache-Control', FRESH, 'X-A', '1', 'X-B', '2', 'X-B', '3']),
    ],
    [
      'pairs',
      (response) =>
        response.writeHead(200, [
          ['Cache-Control', FRESH],
          ['X-A', '1'],
          ['X-B', '2'],
          ['X-B', '3'],
        ] as never),
    ],
    [
      'fields that were set, and more',
      (response) =>
        response
          .set({ 'X-A': 'other', 'X-B': ['2', '3'] })
          .writeHead(200, { 'X-A': '1', 'Cache-Control': FRESH }),
    ],
  ])('writeHead with %s', async (form, writeHead) => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (_request, response) => {
        writeHead(response)
        response.end('hello')
      })
    })
    const first = await site.get('/a')
    const second = await site.get('/a')
    expect(site.calls).toBe(1)
    for (const answer of [first, second]) {
      expect(answer).toMatchObject({ status: 200, body: 'hello' })
      expect(answer.headers).toMatchObject({ 'cache-control': FRESH, 'x-a': '1', 'x-b': '2, 3' })
    }
    if (form.includes('message'))
      expect(await rawExchange(site.url, 'GET /a HTTP/1.0', '', '')).toMatch(/^HTTP\/1.1 200 /)
  })

  it.each<[string, unknown]>([
    ['a text', '404'],
    ['more than a whole number', 404.9],
    ['a number too small', 99],
    ['a number too large', 1000],
    ['no number', 'abc'],
    ['nothing', undefined],
  ])('a status that is %s, which is read as Node reads it', async (_, status) => {
    const handle = (response: ServerResponse): void => {
      response.setHeader('Cache-Control', FRESH)
      try {
        response.writeHead(status as number).end('hello')
      } catch (error) {
        const { name, code, message } = error as NodeJS.ErrnoException
        response.writeHead(500).end(JSON.stringify([name, code, message]))
      }
    }
    const plain = await serve((_request, response) => handle(response))
    afterwards(plain.close)
    const site = await serveCached(way, (app) => void app.get('/a', (_request, response) => handle(response)))
    const expected = await ask(plain.url, 'GET', '/a')
    for (let round = 0; round < 2; round += 1) {
      const answer = await site.get('/a')
      expect([answer.status, answer.body]).toEqual([expected.status, expected.body])
    }
  })

  it.each(['Age', 'Vary', 'Cache-Control', 'CDN-Cache-Control', 'Content-Type', 'ETag', 'Cache-Status'])(
    '%s as a list of one number, as Node does',
    async (name) => {
      const site = await serveCached(way, (app) => {
        app.get('/a', (_, response) => {
          if (name !== 'Cache-Control') response.setHeader('Cache-Control', FRESH)
          response.setHeader(name, [5] as never)
          response.end('hello')
        })
      })
      for (let round = 0; round < 2; round += 1) {
        const answer = await site.get('/a')
        expect(answer).toMatchObject({ status: 200, body: 'hello' })
        expect(answer.trace).toMatch(/Response; (?:fwd|hit)/)
      }
    },
  )

  it('its own reason phrase', async () => {
    const site = await serveCached(way, (app) => {
      app.get(
        '/a',
        (_, response) => void response.writeHead(200, 'Fine', { 'Cache-Control': FRESH }).end('x'),
      )
    })
    const raw = () => rawExchange(site.url, 'GET /a HTTP/1.1', 'Host: x', 'Connection: close', '', '')
    expect(await raw()).toMatch(/^HTTP\/1\.1 200 Fine\r\n/)
    expect(await raw()).toMatch(/^HTTP\/1\.1 200 Fine\r\n/)
    expect(site.calls).toBe(1)
  })

  it.each<[string, (response: Response) => unknown, number, string]>([
    ['json', (response) => response.json({ a: 1 }), 200, '{"a":1}'],
    ['send of a buffer', (response) => response.send(Buffer.from('bytes')), 200, 'bytes'],
    ['sendStatus', (response) => response.sendStatus(404), 404, 'Not Found'],
    ['redirect', (response) => response.redirect(301, '/b'), 301, 'Moved Permanently. Redirecting to /b'],
    ['end of nothing', (response) => response.end(), 200, ''],
    ['end twice', (response) => response.end('once').end(), 200, 'once'],
    ['a 204', (response) => response.status(204).end(), 204, ''],
    [
      'an empty stream',
      (response) => {
        response.write('')
        response.end()
      },
      200,
      '',
    ],
  ])('%s', async (_, answer, status, body) => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (_request, response) => void answer(response.set('Cache-Control', FRESH)))
    })
    const first = await site.get('/a')
    const second = await site.get('/a')
    expect([first.status, first.body]).toEqual([status, body])
    expect([second.status, second.body]).toEqual([status, body])
    expect(site.calls).toBe(1)
  })

  it('sendFile and express.static, whose validators and ranges go on working', async () => {
    const root = await folder()
    const site = await serveCached(way, (app) => {
      app.get('/file', (_, response) => response.sendFile(join(root, 'page.html'), { maxAge: '1m' }))
      app.use('/static', express.static(root, { maxAge: '1m' }))
    })
    for (const path of ['/file', '/static/page.html']) {
      const before = site.calls
      const first = await site.get(path)
      expect(first).toMatchObject({ status: 200, body: '<p>hello</p>' })
      expect(await site.get(path)).toMatchObject({ body: '<p>hello</p>', headers: { age: '0' } })
      expect(await site.get(path, { range: 'bytes=3-7' })).toMatchObject({ status: 206, body: 'hello' })
      const { etag = '', 'last-modified': modified = '' } = first.headers
      expect((await site.get(path, { 'if-none-match': etag })).status).toBe(304)
      expect((await site.get(path, { 'if-modified-since': modified })).status).toBe(304)
      expect(site.calls).toBe(before + 1)
      site.clock.forward(61)
      expect((await site.get(path)).trace).toBe('Response; fwd=stale; fwd-status=304')
      expect((await site.get(path)).trace).toContain('hit; ttl=60')
    }
  })

  it('early hints before it, and trailers after it', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response) => {
        response.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' })
        response.set({ 'Cache-Control': FRESH, Trailer: 'X-Sum' })
        response.write('hello')
        response.addTrailers({ 'X-Sum': '5' })
        response.end()
      })
    })
    const raw = await rawExchange(site.url, 'GET /a HTTP/1.1', 'Host: x', 'Connection: close', '', '')
    expect(raw).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload; as=style\r\n/)
    expect(raw).toContain('X-Sum: 5')
    const stored = await site.get('/a', { host: 'x' })
    expect(stored).toMatchObject({ body: 'hello', trace: expect.stringContaining('hit') })
    expect(stored.headers.trailer).toBeUndefined()
  })

  it('what is no body at all, and meets the error that Node has for it', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/end', (_, response) => void response.end(5 as never))
      app.get('/write', (_, response) => void response.write({}))
      app.get('/head', (_, response) => void response.writeHead(200, { 'X-Bad': 'a\nb' }))
      app.get('/status', (_, response) => void response.writeHead(99))
    })
    for (const path of ['/end', '/write', '/head', '/status']) {
      const answer = await site.get(path)
      expect([path, answer.status]).toEqual([path, 500])
      expect(answer.trace).not.toContain('stored')
      expect((await site.get(path)).status).toBe(500)
    }
    expect(site.calls).toBe(8)
  })
})

describe.each(WAYS)('through %s, a handler hears', (way) => {
  it('of what it wrote and that it ended, whether its words or stored ones left', async () => {
    const heard: string[] = []
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response) => {
        response.on('finish', () => heard.push('finish'))
        response.on('close', () => heard.push('close'))
        response.set({ 'Cache-Control': FRESH, ETag: '"v1"' })
        response.write('one', () => heard.push('write'))
        response.end('two', () => heard.push('end'))
      })
    })
    for (const headers of [{}, { 'if-none-match': '"v1"' }]) {
      site.clock.forward(61)
      const before = site.calls
      await site.get('/a', headers)
      expect(site.calls).toBe(before + 1)
      await waitUntil(() => heard.includes('close'), 'the end')
      expect(heard.splice(0).sort()).toEqual(['close', 'end', 'finish', 'write'])
    }
  })

  it('that its client has gone', async () => {
    let gone = 0
    const site = await serveCached(way, (app) => {
      app.get('/a', (request, response) => {
        request.on('aborted', () => (gone += 1))
        response.on('close', () => (gone += 1))
      })
    })
    const client = httpRequest(`${site.url}/a`).on('error', () => {})
    client.end()
    await waitUntil(() => site.calls === 1, 'the request')
    client.destroy()
    await waitUntil(() => gone === 2, 'both events')
    expect(gone).toBe(2)
  })

  it('of back pressure', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/a', async (_, response) => {
        response.set('Cache-Control', FRESH)
        const part = Buffer.alloc(65_536, 'x')
        for (let parts = 0; parts < 32; parts += 1) if (!response.write(part)) await once(response, 'drain')
        response.end()
      })
    })
    expect((await site.get('/a')).bytes).toHaveLength(2_097_152)
    const hit = await site.get('/a')
    expect(hit.bytes).toHaveLength(2_097_152)
    expect(hit.trace).toContain('hit')
  })
})
