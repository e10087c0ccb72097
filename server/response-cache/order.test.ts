import type { RequestHandler } from 'express'
import session from 'express-session'
import { describe, expect, it } from 'vitest'
import { definePolicies, publicData } from '../../policy/index.ts'
import { Clock, WAYS, afterwards, serveCached } from '../../test/support/cached-app.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { createHttpPolicies } from '../http/http-policies.ts'
import { responseCache } from './response-cache.ts'

const FOR_ALL = 'public, max-age=60'
const HIT = expect.stringContaining('hit') as string

describe.each(WAYS)('through %s, what middleware in front sets', (way) => {
  const behind = (front: RequestHandler, fields: Record<string, string> = { 'Cache-Control': FOR_ALL }) =>
    serveCached(way, (app) => void app.get('/a', (_, response) => void response.set(fields).send('answer')), {
      front: [front],
    })

  it("is each client's own on a hit, and there once", async () => {
    let count = 0
    const site = await behind((_, response, next) => {
      count += 1
      response.set('X-Request-Id', String(count))
      response.set('Content-Security-Policy', `script-src 'nonce-${count}'`)
      next()
    })
    for (let request = 1; request <= 3; request += 1) {
      const { headers, rawHeaders, trace } = await site.get('/a')
      expect(trace.includes('hit')).toBe(request > 1)
      expect(headers['x-request-id']).toBe(String(request))
      expect(headers['content-security-policy']).toBe(`script-src 'nonce-${request}'`)
      expect(rawHeaders.filter((name) => name.toLowerCase() === 'x-request-id')).toHaveLength(1)
    }
    expect((await site.get('/a', { 'if-none-match': '*' })).headers['x-request-id']).toBe('4')
  })

  it('gives way to what the application said instead', async () => {
    const site = await behind(
      (_, response, next) => {
        response.set('X-Frame-Options', 'DENY')
        next()
      },
      { 'Cache-Control': FOR_ALL, 'X-Frame-Options': 'SAMEORIGIN' },
    )
    await site.get('/a')
    expect(await site.get('/a')).toMatchObject({ trace: HIT, headers: { 'x-frame-options': 'SAMEORIGIN' } })
  })

  it('counts where caches decide by it: a Vary', async () => {
    const site = await behind((_, response, next) => {
      response.vary('X-Color')
      next()
    })
    for (const color of ['red', 'blue']) await site.get('/a', { 'x-color': color })
    expect(site.calls).toBe(2)
    for (const color of ['red', 'blue']) {
      expect(await site.get('/a', { 'x-color': color })).toMatchObject({
        trace: HIT,
        headers: { vary: 'X-Color' },
      })
    }
    expect(site.calls).toBe(2)
  })

  it.each([
    [FOR_ALL, true],
    ['private', false],
  ])('counts where caches decide by it: Cache-Control: %s', async (cacheControl, isKept) => {
    const site = await behind((_, response, next) => {
      response.set('Cache-Control', cacheControl)
      next()
    }, {})
    await site.get('/a')
    const again = await site.get('/a')
    expect(again.trace.includes('hit')).toBe(isKept)
    expect(again.headers['cache-control']).toBe(cacheControl)
  })

  it.each([
    ['a newcomer as private', false, 'private, no-store', undefined],
    ['one whom it knows as it was stored', true, FOR_ALL, 'max-age=60'],
  ])('a session goes on beside a hit, which leaves to %s', async (_, isKnown, cacheControl, cdn) => {
    const clock = new Clock()
    const cache = createTieredCache({ clock: clock.now })
    afterwards(() => cache.close())
    const page: RequestHandler = (_, response) => {
      response.set({
        'Cache-Control': FOR_ALL,
        'CDN-Cache-Control': 'max-age=60',
        'Cache-Groups': '"g"',
      })
      response.send('answer')
    }
    const plain = await serveCached(way, (app) => void app.get('/a', page), { cache, clock })
    const host = { host: 'shop.example' }
    await plain.get('/a', host)
    const keeper = session({ secret: 'test', resave: false, saveUninitialized: true })
    const site = await serveCached(way, (app) => void app.get('/a', page), { cache, clock, front: [keeper] })
    const [own = ''] = (await site.get('/a', host)).headers['set-cookie'] ?? []
    const known = isKnown ? { cookie: own.split(';', 1)[0] } : {}
    const { headers, trace, body } = await site.get('/a', { ...host, ...known })
    expect([trace, body]).toEqual([HIT, 'answer'])
    expect(headers['set-cookie']?.length).toBe(cdn === undefined ? 1 : undefined)
    expect(headers['cache-control']).toBe(cacheControl)
    expect(headers['cdn-cache-control']).toBe(cdn)
    expect(headers['cache-groups']).toBe(cdn && '"g"')
    expect(site.calls).toBe(0)
  })
})

describe.each(WAYS)('through %s, header policies', (way) => {
  const policies = definePolicies({ product: publicData({ cdn: '1m' }) })

  it('in front of the cache are warned of once, and requests go on', async () => {
    const warnings: string[] = []
    const http = createHttpPolicies(policies)
    const site = await serveCached(
      way,
      (app) => {
        app.get('/a', http.route('product'), (_, response) => void response.json({ a: 1 }))
      },
      { front: [http.middleware()], response: { onWarning: (message) => warnings.push(message) } },
    )
    for (let request = 0; request < 3; request += 1) {
      expect(await site.get('/a')).toMatchObject({ status: 200, body: '{"a":1}' })
    }
    expect(warnings).toEqual([expect.stringContaining('before `http.middleware()`')])
  })

  it('behind the cache are in order', async () => {
    const warnings: string[] = []
    const http = createHttpPolicies(policies)
    const site = await serveCached(
      way,
      (app) => {
        app.use(http.middleware())
        app.get('/a', http.route('product'), (_, response) => void response.json({ a: 1 }))
      },
      { response: { onWarning: (message) => warnings.push(message) } },
    )
    await site.get('/a')
    expect((await site.get('/a')).trace).toContain('hit')
    expect(warnings).toEqual([])
  })
})

describe.each(WAYS)('through %s, a request for a stored page', (way) => {
  it.each<[string, Record<string, string>]>([
    ['If-Match', { 'if-match': '*' }],
    ['If-Match with another tag', { 'if-match': '"other"' }],
    ['If-Unmodified-Since', { 'if-unmodified-since': 'Thu, 01 Jan 2026 00:00:00 GMT' }],
    ['an If-Unmodified-Since that is no date', { 'if-unmodified-since': 'x' }],
    ['an Upgrade that Connection does not name', { upgrade: 'x' }],
  ])('with %s is answered from the store', async (_, headers) => {
    const site = await serveCached(way, (app) => {
      app.get('/a', (_request, response) => void response.set('Cache-Control', FOR_ALL).send('answer'))
    })
    await site.get('/a')
    expect(await site.get('/a', headers)).toMatchObject({ status: 200, body: 'answer', trace: HIT })
    expect(site.calls).toBe(1)
  })
})

describe('an option that is none', () => {
  it.each<[string, object]>([
    ['rules.storesSetCookie', { rules: { storesSetCookie: 'yes' } }],
    ['rules.obeysReload', { rules: { obeysReload: 0 } }],
    ['serverTiming', { serverTiming: 'off' }],
    ['keepsValidated', { keepsValidated: 1 }],
    ['clock', { clock: 5 }],
    ['onWarning', { onWarning: 'x' }],
  ])('is refused by its name: %s', (name, options) => {
    const cache = createTieredCache()
    afterwards(() => cache.close())
    const make = (): unknown => responseCache({ cache, ...options })
    expect(make).toThrow(expect.objectContaining({ code: 'option-invalid' }) as Error)
    expect(make).toThrow(`\`${name}\` is `)
  })
})
