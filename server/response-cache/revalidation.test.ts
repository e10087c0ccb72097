import express from 'express'
import { describe, expect, it } from 'vitest'
import { Clock, Gate, WAYS, afterwards, ask, quietApp, serveCached } from '../../test/support/cached-app.ts'
import { serve } from '../../test/support/serve.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { responseCache } from './response-cache.ts'

describe.each(WAYS)('through %s, a stale response', (way) => {
  it('is validated with its own tag and answers again after a 304, with the fields that came', async () => {
    const asked: unknown[] = []
    const site = await serveCached(way, (app) => {
      app.get('/a', (request, response) => {
        asked.push([request.get('if-none-match'), request.get('if-modified-since')])
        response.set({ 'Cache-Control': 'public, max-age=60', 'X-Call': String(site.calls) })
        response.set('Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT').json({ same: true })
      })
    })
    const { body, headers } = await site.get('/a')
    site.clock.forward(61)
    const validated = await site.get('/a')
    expect(asked[1]).toEqual([headers.etag, 'Thu, 01 Jan 2026 00:00:00 GMT'])
    expect(validated).toMatchObject({ status: 200, body })
    expect(validated.headers).toMatchObject({ 'x-call': '2', 'content-type': headers['content-type'] })
    expect(validated.trace).toBe('Response; fwd=stale; fwd-status=304')
    const hit = await site.get('/a')
    expect(hit.trace).toContain('hit; ttl=60')
    expect(hit).toMatchObject({ body, headers: { 'x-call': '2', age: '0' } })
  })

  it('that was validated for a client with a copy is a 304 for that client alone', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response) => void response.set('Cache-Control', 'public, max-age=60').send('same'))
    })
    const { headers } = await site.get('/a')
    site.clock.forward(61)
    const other = await site.get('/a', { 'if-none-match': '"other"' })
    expect(other).toMatchObject({ status: 200, body: 'same' })
    site.clock.forward(61)
    expect((await site.get('/a', { 'if-none-match': headers.etag ?? '' })).status).toBe(304)
    site.clock.forward(61)
    expect(await site.get('/a', { range: 'bytes=1-2' })).toMatchObject({ status: 206, body: 'am' })
  })

  it('takes no cookie and nothing private from a 304 that was meant for one user', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (request, response) => {
        response.set({ 'Cache-Control': 'max-age=60', ETag: '"v1"' })
        if (request.get('x-user')) response.cookie('sid', 'mine').set('X-User', request.get('x-user'))
        response.send('same')
      })
      app.get('/b', (request, response) => {
        response.set({ 'Cache-Control': 'max-age=60', ETag: '"v1"' })
        if (request.get('cookie')) response.set('X-User', request.get('cookie'))
        response.send('same')
      })
    })
    await site.get('/a')
    await site.get('/b')
    site.clock.forward(61)
    const own = await site.get('/a', { 'x-user': 'ann' })
    expect(own).toMatchObject({ status: 200, body: 'same' })
    expect(own.headers['set-cookie']).toEqual(['sid=mine; Path=/'])
    expect((await site.get('/b', { cookie: 'user=ann' })).body).toBe('same')
    for (const path of ['/a', '/b']) {
      const other = await site.get(path)
      expect(other.headers['set-cookie']).toBeUndefined()
      expect(other.headers['x-user']).toBeUndefined()
    }
  })

  it('gives way to a new one', async () => {
    let text = 'old'
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response) => void response.set('Cache-Control', 'public, max-age=60').send(text))
    })
    await site.get('/a')
    text = 'new'
    site.clock.forward(61)
    expect((await site.get('/a')).body).toBe('new')
    expect(await site.get('/a')).toMatchObject({ body: 'new', trace: expect.stringContaining('hit') })
  })

  it('is validated once for many who ask at once', async () => {
    const gate = new Gate()
    const site = await serveCached(way, (app) => {
      app.get('/a', async (_, response) => {
        if (site.calls > 1) await gate.passed
        response.set('Cache-Control', 'public, max-age=60').send('same')
      })
    })
    await site.get('/a')
    site.clock.forward(61)
    const answers = Array.from({ length: 10 }, () => site.get('/a'))
    await waitUntil(() => site.arrivals === 11, 'all of them')
    gate.open()
    expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(Array(10).fill('same'))
    expect(site.calls).toBe(2)
  })
})

const WINDOW = 'public, max-age=60, stale-while-revalidate=30'

describe.each(WAYS)('through %s, stale while it is asked for again', (way) => {
  it('is answered at once, one call behind it, and fresh after', async () => {
    let text = 'old'
    const gate = new Gate()
    const site = await serveCached(way, (app) => {
      app.get('/a', async (_, response) => {
        if (site.calls > 1) await gate.passed
        response.set('Cache-Control', WINDOW).send(text)
      })
    })
    await site.get('/a')
    text = 'new'
    site.clock.forward(70)
    for (let round = 0; round < 5; round += 1) {
      expect(await site.get('/a')).toMatchObject({ body: 'old', headers: { age: '70' } })
    }
    await waitUntil(() => site.calls === 2, 'the call behind it')
    gate.open()
    await waitUntil(async () => (await site.get('/a')).body === 'new', 'the new response')
    expect(site.calls).toBe(2)
  })

  it('asks as who asked did: by the same fields, cookies and address, through the whole application', async () => {
    const seen: unknown[] = []
    const router = express.Router()
    router.get('/:id', (request, response) => {
      const { 'x-color': color, cookie, host } = request.headers
      const before = (request as { marked?: boolean }).marked
      seen.push([
        color,
        cookie,
        host,
        request.ip,
        request.params['id'],
        request.baseUrl,
        request.protocol,
        before,
      ])
      response.set({ 'Cache-Control': WINDOW, Vary: 'X-Color' }).send(`call ${seen.length}`)
    })
    const nested = express().use('/shop', router)
    const mark: express.RequestHandler = (request, _, next) => {
      Object.assign(request, { marked: true })
      next()
    }
    const site = await serveCached(way, (app) => void app.use('/api', nested), {
      front: way === 'responseCache' ? [mark] : [],
    })
    const headers = { 'x-color': 'red', cookie: 'a=1; b="2"', host: 'shop.example' }
    await site.get('/api/shop/42', headers)
    site.clock.forward(70)
    expect((await site.get('/api/shop/42', headers)).body).toBe('call 1')
    await waitUntil(() => seen.length === 2, 'the call behind it')
    expect(seen[1]).toEqual(seen[0])
    await waitUntil(async () => (await site.get('/api/shop/42', headers)).body === 'call 2', 'the new one')
  })

  it.each([
    ['answers with an error', (response: express.Response) => void response.sendStatus(500)],
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    ['breaks off', (response: express.Response) => void response.destroy()],
  ])('stays when the application %s, and is asked for again later', async (_, fail) => {
    let isBroken = false
    const site = await serveCached(way, (app) => {
      app.get('/a', (_request, response) => {
        if (isBroken) fail(response)
        else response.set('Cache-Control', WINDOW).send(`call ${site.calls}`)
      })
    })
    await site.get('/a')
    site.clock.forward(70)
    isBroken = true
    expect((await site.get('/a')).body).toBe('call 1')
    await waitUntil(() => site.calls === 2, 'the call behind it')
    isBroken = false
    await waitUntil(async () => (await site.get('/a')).body !== 'call 1', 'the new one')
  })

  it.each([
    ['HEAD', 'HEAD', {}, 200],
    ['a client with a copy', 'GET', { 'if-none-match': '*' }, 304],
    ['a range', 'GET', { range: 'bytes=0-3' }, 206],
  ])('for %s asks for the whole', async (_, method, headers, status) => {
    const seen: unknown[] = []
    const site = await serveCached(way, (app) => {
      app.get('/a', (request, response) => {
        seen.push([request.method, request.get('range'), request.get('if-none-match')])
        response.set({ 'Cache-Control': WINDOW, ETag: `"${seen.length}"` }).send(`call ${seen.length}`)
      })
    })
    await site.get('/a')
    site.clock.forward(70)
    expect((await site.send(method, '/a', headers)).status).toBe(status)
    await waitUntil(async () => (await site.get('/a')).body === 'call 2', 'the new one')
    expect(seen).toEqual([
      ['GET', undefined, undefined],
      ['GET', undefined, '"1"'],
    ])
  })

  it('is over when the window is', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response) => void response.set('Cache-Control', WINDOW).send(`call ${site.calls}`))
    })
    await site.get('/a')
    site.clock.forward(91)
    expect((await site.get('/a')).body).toBe('call 2')
  })
})

it.each<[string, (cache: express.RequestHandler, page: express.RequestHandler) => express.Express]>([
  ['a router', (cache, page) => quietApp().use('/shop', express.Router().use(cache).get('/a', page))],
  ['a route', (cache, page) => quietApp().get('/shop/a', cache, page)],
  [
    'an application inside another',
    (cache, page) => quietApp().use('/shop', quietApp().use(cache).get('/a', page)),
  ],
])('the middleware on %s asks through the whole application as well', async (_, mount) => {
  const clock = new Clock()
  const cache = createTieredCache({ clock: clock.now })
  afterwards(() => cache.close())
  const urls: string[] = []
  const { url, close } = await serve(
    mount(responseCache({ cache, clock: clock.now }), (request, response) => {
      urls.push(`${request.originalUrl} ${request.path}`)
      response.set('Cache-Control', WINDOW).send(`call ${urls.length}`)
    }),
  )
  afterwards(close)
  await ask(url, 'GET', '/shop/a')
  clock.forward(70)
  expect((await ask(url, 'GET', '/shop/a')).body).toBe('call 1')
  await waitUntil(async () => (await ask(url, 'GET', '/shop/a')).body === 'call 2', 'the new one')
  expect(urls[1]).toBe(urls[0])
})

describe.each(WAYS)('through %s, in place of a failure', (way) => {
  const failing = async (cacheControl: string) => {
    const state: { fail: ((response: express.Response, next: express.NextFunction) => unknown) | undefined } =
      {
        fail: undefined,
      }
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response, next) => {
        if (state.fail === undefined) response.set('Cache-Control', cacheControl).send('stored')
        return state.fail?.(response, next)
      })
    })
    await site.get('/a')
    return { site, state }
  }

  it.each([
    ['500', (response: express.Response) => response.sendStatus(500)],
    ['502', (response: express.Response) => response.sendStatus(502)],
    ['503', (response: express.Response) => response.status(503).json({ error: 'busy' })],
    ['504', (response: express.Response) => response.sendStatus(504)],
    ['next(err)', (_: express.Response, next: express.NextFunction) => next(new Error('broken'))],
    [
      'a throw',
      () => {
        throw new Error('broken')
      },
    ],
    ['a rejection', () => Promise.reject(new Error('broken'))],
    [
      'a stream of an error',
      (response: express.Response) => {
        response.status(500).flushHeaders()
        response.write('so')
        response.end('rry')
      },
    ],
  ])('%s the stored response answers', async (_, fail) => {
    const { site, state } = await failing('public, max-age=60, stale-if-error=600')
    site.clock.forward(100)
    state.fail = fail
    const answer = await site.get('/a')
    expect(answer).toMatchObject({ status: 200, body: 'stored', headers: { age: '100' } })
    expect(answer.trace).toContain('detail=stale-if-error')
    expect(answer.headers['content-security-policy']).toBeUndefined()
    expect(await site.get('/a', { 'if-none-match': answer.headers.etag ?? '' })).toMatchObject({
      status: 304,
    })
    state.fail = undefined
    expect((await site.get('/a')).trace).not.toContain('stale-if-error')
  })

  it.each([
    ['a 404', 'public, max-age=60, stale-if-error=600', 100, 404],
    ['a 501', 'public, max-age=60, stale-if-error=600', 100, 501],
    ['an error beyond the window', 'public, max-age=60, stale-if-error=600', 700, 503],
    ['an error where there is no window', 'public, max-age=60', 100, 503],
    [
      'an error where stale is forbidden',
      'public, max-age=60, stale-if-error=600, must-revalidate',
      100,
      503,
    ],
  ])('%s is answered as it is', async (_, cacheControl, seconds, status) => {
    const { site, state } = await failing(cacheControl)
    site.clock.forward(seconds)
    state.fail = (response) => response.sendStatus(status)
    expect((await site.get('/a')).status).toBe(status)
  })
})
