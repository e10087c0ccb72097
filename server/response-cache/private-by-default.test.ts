import type { OutgoingHttpHeaders } from 'node:http'
import session from 'express-session'
import type { RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { type ProfileRules, definePolicies, noStore, privateData, publicData } from '../../policy/index.ts'
import { WAYS, serveCached } from '../../test/support/cached-app.ts'
import { createHttpPolicies } from '../http/http-policies.ts'

const isHit = ({ trace }: { trace: string }): boolean => trace.includes('hit')

describe.each(WAYS)('through %s, private by default:', (way) => {
  const page = (handler: RequestHandler, response = {}) =>
    serveCached(way, (app) => void app.get('/a', handler), { response })

  it.each([
    ['sets a cookie', 'public, max-age=60', {}, true, 'store-set-cookie'],
    ['says private', 'private, max-age=60', {}, false, 'store-private'],
    ['says no-store', 'no-store', {}, false, 'store-no-store'],
    [
      'was asked for with a cookie, and is not said to be public',
      'max-age=60',
      { cookie: 'a=1' },
      false,
      'store-cookie-request',
    ],
    [
      'was asked for with credentials',
      'max-age=60',
      { authorization: 'Bearer x' },
      false,
      'store-authorization',
    ],
    [
      'was asked for by one who wants no copy',
      'max-age=60',
      { 'cache-control': 'no-store' },
      false,
      'store-request-no-store',
    ],
  ])("what %s is nobody else's", async (_, cacheControl, headers, setsCookie, rule) => {
    const site = await page((_request, response) => {
      if (setsCookie) response.cookie('sid', 'mine')
      response.set('Cache-Control', cacheControl).send('mine')
    })
    expect((await site.get('/a', headers)).trace).toContain(`detail=${rule}`)
    expect(isHit(await site.get('/a'))).toBe(false)
    expect(site.calls).toBe(2)
  })

  it.each([
    ['a cookie', { cookie: 'a=1' }],
    ['credentials', { authorization: 'Bearer x' }],
  ])('what was asked for with %s may be said to be for all', async (_, headers) => {
    for (const cacheControl of ['public, max-age=60', 's-maxage=60']) {
      const site = await page(
        (_request, response) => void response.set('Cache-Control', cacheControl).send('ours'),
      )
      await site.get('/a', headers)
      expect(isHit(await site.get('/a'))).toBe(true)
    }
  })

  it('each rule can be had alone', async () => {
    const forAll = { 'Cache-Control': 'public, max-age=60' }
    const silentTarget = {
      'Cache-Control': 'private',
      'CDN-Cache-Control': 'public',
      // Fresh for a tenth of the time since it changed, as seen by the clock of these tests.
      'Last-Modified': 'Thu, 01 Jan 2026 12:00:00 GMT',
      Date: 'Mon, 05 Jan 2026 12:00:00 GMT',
    }
    /** Of each rule an exchange that shows it, how many seconds lie before the second request, and whether that one is usually a hit. */
    const cases: Record<keyof ProfileRules, readonly [object, OutgoingHttpHeaders, number, boolean]> = {
      storesSetCookie: [{ ...forAll, 'Set-Cookie': 'sid=x' }, {}, 0, false],
      storesForCookie: [{ 'Cache-Control': 'max-age=60' }, { cookie: 'a=1' }, 0, false],
      storesForAuthorization: [
        { 'Cache-Control': 'max-age=60, must-revalidate' },
        { authorization: 'Bearer x' },
        0,
        false,
      ],
      storesForSilentTarget: [silentTarget, {}, 0, false],
      obeysReload: [forAll, { 'cache-control': 'no-cache' }, 0, true],
      sMaxageForbidsStale: [{ 'Cache-Control': 's-maxage=60, stale-while-revalidate=600' }, {}, 70, true],
    }
    for (const changed of Object.keys(cases)) {
      for (const [rule, [fields, headers, seconds, isUsual]] of Object.entries(cases)) {
        const site = await page((_request, response) => void response.set(fields).send('x'), {
          rules: { [changed]: true },
        })
        await site.get('/a', headers)
        site.clock.forward(seconds)
        const again = await site.get('/a', headers)
        expect([changed, rule, isHit(again)]).toEqual([changed, rule, changed === rule ? !isUsual : isUsual])
      }
    }
  })

  it('`rfc9111` gives a stored cookie to all, every one of several', async () => {
    const site = await page(
      (_request, response) => {
        response.cookie('a', '1').cookie('b', '2').set('Cache-Control', 'public, max-age=60').send('x')
      },
      { profile: 'rfc9111' },
    )
    await site.get('/a')
    expect((await site.get('/a')).headers['set-cookie']).toEqual(['a=1; Path=/', 'b=2; Path=/'])
    expect(site.calls).toBe(1)
  })

  it('a session in front of it goes on for everyone: what begins one is not kept, and leaves as private', async () => {
    const keeper = session({ secret: 'test', resave: false, saveUninitialized: true })
    const site = await serveCached(
      way,
      (app) =>
        void app.get(
          '/a',
          (_, response) => void response.set('Cache-Control', 'public, max-age=60').send('x'),
        ),
      { front: [keeper] },
    )
    const first = await site.get('/a')
    const [cookie = ''] = first.headers['set-cookie'] ?? []
    expect(first.headers['cache-control']).toBe('private, no-store')
    const known = { cookie: cookie.split(';', 1)[0] ?? '' }
    expect(isHit(await site.get('/a', known))).toBe(false)
    expect(isHit(await site.get('/a', known))).toBe(true)
    const newcomer = await site.get('/a')
    expect(isHit(newcomer)).toBe(true)
    expect(newcomer.headers['cache-control']).toBe('private, no-store')
    expect(newcomer.headers['set-cookie']).toHaveLength(1)
    expect(newcomer.headers['set-cookie']).not.toEqual([cookie])
  })

  it('a session behind it makes what it marks private', async () => {
    const site = await serveCached(way, (app) => {
      app.use(session({ secret: 'test', resave: false, saveUninitialized: true }))
      app.get('/a', (_, response) => void response.set('Cache-Control', 'public, max-age=60').send('x'))
    })
    await site.get('/a')
    expect((await site.get('/a')).trace).toContain('store-set-cookie')
  })
})

describe.each(WAYS)('through %s, behind it the policies of routes:', (way) => {
  const policies = definePolicies({
    product: publicData({ cdn: '1m' }),
    account: privateData(),
    secret: noStore(),
  })

  const shop = () => {
    const http = createHttpPolicies(policies, { onWarning: () => {} })
    return serveCached(way, (app) => {
      app.use(http.middleware())
      app.get('/product', http.route('product'), (_, response) => void response.json({ a: 1 }))
      app.get('/late', http.route('product'), (_, response) => {
        const { writeHead } = response as { readonly writeHead: (...head: never[]) => typeof response }
        response.writeHead = (...head: unknown[]) => {
          response.appendHeader('Set-Cookie', 'late=1')
          return Reflect.apply(writeHead, response, head)
        }
        response.json({ a: 1 })
      })
      app.get('/failing', http.route('product'), () => {
        throw new Error('broken')
      })
      app.get('/account', http.route('account'), (_, response) => void response.json({ a: 1 }))
      app.get('/secret', http.route('secret'), (_, response) => void response.json({ a: 1 }))
      app.get('/unmarked', (_, response) => void response.json({ a: 1 }))
      app.get('/reads', (request, response) => void response.json({ cookie: request.headers.cookie }))
    })
  }

  it('public data is kept, with or without cookies, and answered with its groups and tag', async () => {
    const site = await shop()
    const first = await site.get('/product', { cookie: 'a=1' })
    const second = await site.get('/product')
    expect(isHit(second)).toBe(true)
    expect(second.headers).toMatchObject({
      etag: first.headers.etag,
      'cache-control': first.headers['cache-control'],
      'cdn-cache-control': first.headers['cdn-cache-control'],
    })
    expect((await site.get('/product', { 'if-none-match': first.headers.etag ?? '' })).status).toBe(304)
  })

  it.each(['/account', '/secret', '/unmarked', '/reads', '/late', '/failing'])('%s is not', async (path) => {
    const site = await shop()
    for (let round = 0; round < 3; round += 1) {
      expect(isHit(await site.get(path, { cookie: 'a=1' }))).toBe(false)
      expect(isHit(await site.get(path))).toBe(false)
    }
    expect(site.calls).toBe(6)
  })
})
