import { describe, expect, it } from 'vitest'
import { WAYS, serveCached } from '../../test/support/cached-app.ts'

const FRESH = 'public, max-age=60'

describe.each(WAYS)('through %s, a stored response', (way) => {
  it('answers while it is fresh, with its age and what the cache did', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response) => void response.set('Cache-Control', FRESH).json({ call: site.calls }))
    })
    const first = await site.get('/a')
    expect(first.trace).toBe('Response; fwd=uri-miss; fwd-status=200; stored')
    expect(first.headers.age).toBeUndefined()
    site.clock.forward(10)
    const second = await site.get('/a')
    expect(second.body).toBe(first.body)
    expect(second.headers).toMatchObject({
      age: '10',
      'cache-status': 'Response; hit; ttl=50; detail=L1',
      'server-timing': 'cache;desc="Response; hit; ttl=50; detail=L1"',
      'content-type': first.headers['content-type'],
      'content-length': first.headers['content-length'],
      etag: first.headers.etag,
    })
    site.clock.forward(50)
    await site.get('/a')
    expect(site.calls).toBe(2)
  })

  it.each([
    ['a redirect', 301, { Location: '/b' }, ''],
    ['nothing', 204, {}, ''],
    ['an error page', 404, {}, 'no such page'],
    ['what is gone', 410, {}, 'gone'],
    ['a server error that may be kept', 500, {}, 'sorry'],
  ])('may be %s', async (_, status, fields, body) => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response) => {
        response.status(status).set({ 'Cache-Control': FRESH, ...fields })
        response.end(body)
      })
    })
    const first = await site.get('/a')
    const second = await site.get('/a')
    expect(site.calls).toBe(1)
    expect(second.trace).toContain('; hit;')
    expect([second.status, second.body]).toEqual([status, body])
    expect(second.headers).toMatchObject({ 'cache-control': FRESH })
    expect(second.headers['content-length']).toBe(first.headers['content-length'])
    expect(second.headers.location).toBe(first.headers.location)
  })

  it('of a status that has no meaning for caches needs words, and 200 needs a lifetime', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/silent', (_, response) => void response.send('x'))
      app.get('/accepted', (_, response) => void response.status(202).send('x'))
      app.get('/old', (_, response) => {
        response.set('Last-Modified', new Date(site.clock.nowMs - 1_000_000).toUTCString())
        response.set('Date', new Date(site.clock.nowMs).toUTCString()).send('x')
      })
    })
    for (const path of ['/silent', '/accepted', '/old']) {
      await site.get(path)
      await site.get(path)
    }
    // Only the last is guessed to be fresh, for a tenth of the time since it changed.
    expect(site.calls).toBe(5)
    site.clock.forward(99)
    expect((await site.get('/old')).trace).toBe('Response; hit; ttl=1; detail=L1')
  })

  it('answers HEAD without a body', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response) => void response.set('Cache-Control', FRESH).send('hello'))
    })
    await site.get('/a')
    const head = await site.send('HEAD', '/a')
    expect(head).toMatchObject({ status: 200, body: '' })
    expect(head.headers['content-length']).toBe('5')
    expect(site.calls).toBe(1)
  })

  it('keeps its fields in their order and spelling, repeated ones too', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response) => {
        response.set('Cache-Control', FRESH).appendHeader('Link', '</a>; rel=preload')
        response.appendHeader('Link', '</b>; rel=preload').set('X-ODD-case', 'yes').send('x')
      })
    })
    await site.get('/a')
    const { rawHeaders } = await site.get('/a')
    const links = rawHeaders.flatMap((text, at) => (text === 'Link' ? [rawHeaders[at + 1]] : []))
    expect(links).toEqual(['</a>; rel=preload', '</b>; rel=preload'])
    expect(rawHeaders).toContain('X-ODD-case')
  })

  it('obeys the field that is meant for it before Cache-Control', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/more', (_, response) => {
        response.set({ 'Cache-Control': 'no-cache', 'CDN-Cache-Control': 'max-age=60' }).send('x')
      })
      app.get('/less', (_, response) => {
        response.set({ 'Cache-Control': FRESH, 'CDN-Cache-Control': 'no-store' }).send('x')
      })
    })
    for (const path of ['/more', '/more', '/less', '/less']) await site.get(path)
    expect(site.calls).toBe(3)
  })

  it('is not asked for by a client that would change nothing but the cost', async () => {
    const build = (app: Parameters<Parameters<typeof serveCached>[1]>[0]): void => {
      app.get('/a', (_, response) => void response.set('Cache-Control', FRESH).send('x'))
    }
    const safe = await serveCached(way, build)
    const strict = await serveCached(way, build, { response: { profile: 'rfc9111' } })
    const asks = [
      { 'cache-control': 'no-cache' },
      { 'cache-control': 'max-age=0' },
      { 'cache-control': 'min-fresh=100' },
      { pragma: 'no-cache' },
    ]
    for (const site of [safe, strict]) {
      await site.get('/a')
      for (const headers of asks) await site.get('/a', headers)
    }
    expect([safe.calls, strict.calls]).toEqual([1, 5])
  })

  it('or a 504 is all that `only-if-cached` gets', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response) => void response.set('Cache-Control', FRESH).send('x'))
    })
    const only = { 'cache-control': 'only-if-cached' }
    const none = await site.get('/a', only)
    expect(none.status).toBe(504)
    expect(none.headers).toMatchObject({ 'cache-control': 'no-store', 'content-length': '0' })
    expect(site.calls).toBe(0)
    await site.get('/a')
    expect((await site.get('/a', only)).status).toBe(200)
    site.clock.forward(61)
    expect((await site.get('/a', only)).status).toBe(504)
  })

  it('is left out by a request with a body, and not by preconditions that are for the origin (RFC 9110 §13.1.1)', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response) => void response.set('Cache-Control', FRESH).send('x'))
    })
    await site.get('/a')
    await site.get('/a', { 'if-match': '"x"' })
    await site.get('/a', { 'if-unmodified-since': new Date().toUTCString() })
    await site.get('/a', { upgrade: 'x' })
    expect(site.calls).toBe(1)
    await site.send('GET', '/a', { 'content-length': '3' }, 'abc')
    await site.send('GET', '/a', { 'transfer-encoding': 'chunked' }, 'abc')
    expect(site.calls).toBe(3)
  })
})
