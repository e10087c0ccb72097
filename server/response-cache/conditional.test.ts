import { describe, expect, it } from 'vitest'
import { WAYS, type Way, serveCached } from '../../test/support/cached-app.ts'

const FRESH = 'public, max-age=60'
const TEXT = 'abcdefghijklmnopqrstuvwxyz'
const MODIFIED = 'Thu, 01 Jan 2026 00:00:00 GMT'

const alphabet = (way: Way) =>
  serveCached(way, (app) => {
    app.get('/a', (_, response) => {
      response.set({ 'Cache-Control': FRESH, ETag: '"v1"', 'Last-Modified': MODIFIED, 'X-Other': 'no' })
      response.set({ 'Cache-Groups': '"letters"', Vary: 'Accept' }).type('text').send(TEXT)
    })
  })

describe.each(WAYS)('through %s, a client that has a copy', (way) => {
  it.each([
    ['its tag', { 'if-none-match': '"v1"' }],
    ['its tag, weakly', { 'if-none-match': 'W/"v1"' }],
    ['one of several tags', { 'if-none-match': '"v0", "v1"' }],
    ['any tag', { 'if-none-match': '*' }],
    ['its date', { 'if-modified-since': MODIFIED }],
    ['its tag and another date', { 'if-none-match': '"v1"', 'if-modified-since': 'x' }],
  ])('gets a 304 for %s, from the store and on a miss alike', async (_, headers) => {
    const site = await alphabet(way)
    const missed = await site.get('/a', headers)
    const hit = await site.get('/a', headers)
    expect(site.calls).toBe(1)
    for (const answer of [missed, hit]) {
      expect([answer.status, answer.body]).toEqual([304, ''])
      expect(answer.headers).toMatchObject({
        etag: '"v1"',
        'cache-control': FRESH,
        vary: 'Accept',
        'cache-groups': '"letters"',
      })
      expect(answer.headers.date).toBeDefined()
      expect(answer.headers).not.toHaveProperty('content-type')
      expect(answer.headers).not.toHaveProperty('content-length')
      expect(answer.headers).not.toHaveProperty('x-other')
    }
    expect(missed.trace).toContain('stored')
    expect(hit.trace).toContain('hit')
    expect((await site.get('/a')).body).toBe(TEXT)
    expect(site.calls).toBe(1)
  })

  it.each([
    ['another tag', { 'if-none-match': '"v2"' }],
    ['an older date', { 'if-modified-since': 'Wed, 31 Dec 2025 23:59:59 GMT' }],
    ['another tag and the date', { 'if-none-match': '"v2"', 'if-modified-since': MODIFIED }],
  ])('gets the whole for %s', async (_, headers) => {
    const site = await alphabet(way)
    expect(await site.get('/a', headers)).toMatchObject({ status: 200, body: TEXT })
    expect(await site.get('/a', headers)).toMatchObject({ status: 200, body: TEXT })
    expect(site.calls).toBe(1)
  })

  it('gets a 304 to its HEAD as well', async () => {
    const site = await alphabet(way)
    await site.get('/a')
    expect((await site.send('HEAD', '/a', { 'if-none-match': '"v1"' })).status).toBe(304)
  })

  it('loses no cookie that came with a response it has already', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response) => {
        response.cookie('sid', 'mine').set({ 'Cache-Control': FRESH, ETag: '"v1"' }).send(TEXT)
      })
    })
    const answer = await site.get('/a', { 'if-none-match': '"v1"' })
    expect(answer.status).toBe(304)
    expect(answer.headers['set-cookie']).toEqual(['sid=mine; Path=/'])
  })
})

describe.each(WAYS)('through %s, a range', (way) => {
  it.each([
    ['bytes=0-4', 206, 'abcde', 'bytes 0-4/26'],
    ['bytes=20-', 206, 'uvwxyz', 'bytes 20-25/26'],
    ['bytes=-3', 206, 'xyz', 'bytes 23-25/26'],
    ['bytes=0-999', 206, TEXT, 'bytes 0-25/26'],
    ['bytes=26-', 416, '', 'bytes */26'],
    ['bytes=5-1', 200, TEXT, undefined],
    ['lines=0-1', 200, TEXT, undefined],
  ])('%s of what is stored gets a %i', async (range, status, body, contentRange) => {
    const site = await alphabet(way)
    await site.get('/a')
    const answer = await site.get('/a', { range })
    expect([answer.status, answer.body]).toEqual([status, body])
    expect(answer.headers['content-range']).toBe(contentRange)
    expect(answer.headers['content-length']).toBe(String(body.length))
    if (status === 206)
      expect(answer.headers).toMatchObject({ etag: '"v1"', 'cache-control': FRESH, age: '0' })
    expect(site.calls).toBe(1)
  })

  it.each([
    ['the same tag', '"v1"', 206],
    ['the tag, weakly', 'W/"v1"', 200],
    ['another tag', '"v2"', 200],
    ['the date', MODIFIED, 206],
    ['another date', 'Wed, 31 Dec 2025 00:00:00 GMT', 200],
  ])('with If-Range: %s', async (_, ifRange, status) => {
    const site = await alphabet(way)
    await site.get('/a')
    expect((await site.get('/a', { range: 'bytes=0-4', 'if-range': ifRange })).status).toBe(status)
  })

  it('means nothing on HEAD', async () => {
    const site = await alphabet(way)
    await site.get('/a')
    const answer = await site.send('HEAD', '/a', { range: 'bytes=0-4' })
    expect(answer).toMatchObject({ status: 200, body: '' })
    expect(answer.headers['content-length']).toBe('26')
  })

  it('of what is not stored goes on as it came, and what comes is not taken for the whole', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (request, response) => {
        response.set('Cache-Control', FRESH)
        if (request.get('range') === undefined) response.send(TEXT)
        else response.status(206).set('Content-Range', 'bytes 0-4/26').send(TEXT.slice(0, 5))
      })
    })
    expect(await site.get('/a', { range: 'bytes=0-4' })).toMatchObject({ status: 206, body: 'abcde' })
    expect(await site.get('/a')).toMatchObject({ status: 200, body: TEXT })
    expect(site.calls).toBe(2)
  })
})

describe.each(WAYS)('through %s, HEAD', (way) => {
  it('that finds what is stored changed lets go of it, unchanged renews it', async () => {
    let etag = '"v1"'
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response) => {
        response.set({ 'Cache-Control': FRESH, ETag: etag, 'X-Call': String(site.calls) }).send(TEXT)
      })
    })
    await site.get('/a')
    site.clock.forward(61)
    expect((await site.send('HEAD', '/a')).status).toBe(200)
    const renewed = await site.get('/a')
    expect(renewed).toMatchObject({ body: TEXT, headers: { 'x-call': '2' } })
    expect(renewed.trace).toContain('hit')
    site.clock.forward(61)
    etag = '"v2"'
    await site.send('HEAD', '/a')
    expect((await site.get('/a')).headers).toMatchObject({ etag: '"v2"', 'x-call': '4' })
  })

  it('that says what may not be kept renews nothing', async () => {
    let isPrivate = false
    const site = await serveCached(way, (app) => {
      app.get('/a', (_, response) => {
        response.set({ 'Cache-Control': FRESH, ETag: '"v1"' })
        if (isPrivate) response.set('Cache-Control', 'private, max-age=60').cookie('sid', 'mine')
        response.send(TEXT)
      })
    })
    await site.get('/a')
    site.clock.forward(61)
    isPrivate = true
    expect((await site.send('HEAD', '/a')).headers['set-cookie']).toEqual(['sid=mine; Path=/'])
    isPrivate = false
    const next = await site.get('/a')
    expect(next.headers['set-cookie']).toBeUndefined()
    expect(next.headers['cache-control']).toBe(FRESH)
    expect(site.calls).toBe(3)
  })

  it('of what is not stored is answered by the application', async () => {
    const site = await alphabet(way)
    expect((await site.send('HEAD', '/a')).headers['content-length']).toBe('26')
    expect((await site.send('HEAD', '/a')).trace).toContain('fwd')
    expect(site.calls).toBe(2)
  })
})
