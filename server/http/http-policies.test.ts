import cookieParser from 'cookie-parser'
import express from 'express'
import session from 'express-session'
import onHeaders from 'on-headers'
import type { Express, Request, RequestHandler } from 'express'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  definePolicies,
  immutable,
  noStore,
  privateData,
  publicData,
  revalidate,
} from '../../policy/index.ts'
import { serve } from '../../test/support/serve.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { createHttpPolicies } from './http-policies.ts'

const policies = definePolicies({
  asset: immutable(),
  page: revalidate(),
  product: publicData({
    browser: '1m',
    cdn: '5m',
    staleWhileRevalidate: '1m',
    staleIfError: '1d',
    vary: ['Accept-Language'],
  }),
  account: privateData({ browser: '1m' }),
  secret: noStore(),
})

let app: Express
let url: string
let close: () => Promise<void>
let warnings: string[]
const http = createHttpPolicies(policies, {
  partition: (request: Request) =>
    request.path === '/unasked' ? undefined : (request.get('x-user') ?? null),
  onWarning: (message) => warnings.push(message),
})

beforeEach(async () => {
  warnings = []
  app = express()
  app.use(http.middleware())
  ;({ url, close } = await serve(app))
})
afterEach(() => close())

const get = (path: string, headers: Record<string, string> = {}) => fetch(url + path, { headers })

describe('a route under a policy', () => {
  it('says the same to browsers, CDNs and caches that know groups', async () => {
    app.get(
      '/p/:id',
      http.route('product', (request) => ({ groups: [`product-${request.params['id']}`] })),
      (_, response) => {
        http.addGroups(response, ['category-fruit'])
        response.vary('Accept').json({ id: 42 })
      },
    )
    const { headers } = await get('/p/42')
    expect(headers.get('cache-control')).toBe(
      'public, max-age=60, stale-while-revalidate=60, stale-if-error=86400',
    )
    expect(headers.get('cdn-cache-control')).toBe(
      'max-age=300, stale-while-revalidate=60, stale-if-error=86400',
    )
    expect(headers.get('cache-groups')).toBe('"product-42", "category-fruit"')
    expect(headers.get('vary')).toBe('Accept, Accept-Language')
    expect(headers.get('thermocline-partition')).toBeNull()
  })

  it('answers a matching If-None-Match with 304 and the same caching fields', async () => {
    app.get('/p', http.route('product'), (_, response) => response.json({ id: 1 }))
    const first = await get('/p')
    // Without a Cache-Control of its own, fetch would add `no-cache`, which Express takes for "send it all".
    const second = await get('/p', {
      'if-none-match': first.headers.get('etag') ?? '',
      'cache-control': 'max-age=0',
    })
    expect(second.status).toBe(304)
    expect(await second.text()).toBe('')
    for (const name of ['cache-control', 'cdn-cache-control', 'etag', 'vary']) {
      expect(second.headers.get(name)).toBe(first.headers.get(name))
    }
  })

  it('keeps private data private, and tells the browser whose it is', async () => {
    app.get('/account', http.route('account'), (_, response) => response.json({ name: 'Ada' }))
    const ada = await get('/account', { 'x-user': 'ada' })
    const grace = await get('/account', { 'x-user': 'grace' })
    const nobody = await get('/account')
    expect(ada.headers.get('cache-control')).toBe('private, max-age=60')
    expect(ada.headers.get('vary')).toBe('Cookie')
    expect(ada.headers.get('cdn-cache-control')).toBeNull()
    const partitions = [ada, grace, nobody].map((answer) => answer.headers.get('thermocline-partition'))
    expect(new Set(partitions).size).toBe(3)
    expect(partitions[2]).toBe('anonymous')
    expect(partitions[0]).not.toContain('ada')
  })

  it('says nothing about users on a response that did not look', async () => {
    app.get('/unasked', http.route('secret'), (_, response) => response.json({}))
    expect((await get('/unasked', { 'x-user': 'ada' })).headers.get('thermocline-partition')).toBeNull()
  })

  it('does not give an error the lifetime of an answer', async () => {
    app.get('/gone', http.route('product'), (_, response) => response.status(404).json({}))
    app.get('/broken', http.route('product'), () => {
      throw new Error('no database')
    })
    app.use(((_error, _request, response, _next) =>
      response.status(500).end()) as express.ErrorRequestHandler)
    for (const path of ['/gone', '/broken']) {
      const { headers } = await get(path)
      expect(headers.get('cache-control')).toBe('private, no-store')
      expect(headers.get('cdn-cache-control')).toBeNull()
    }
  })

  it('never lets a response that sets a cookie be shared', async () => {
    app.get('/p', http.route('product'), (_, response) => response.cookie('seen', '1').json({}))
    const { headers } = await get('/p')
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(warnings).toEqual([expect.stringContaining('/p sets a cookie')])
  })

  it('lets a handler be stricter than its policy, and not laxer', async () => {
    app.get('/strict', http.route('product'), (_, response) => {
      response.set('Cache-Control', 'no-store').json({})
    })
    app.get('/lax', http.route('secret'), (_, response) => {
      response.set('Cache-Control', 'public, max-age=9').json({})
    })
    expect((await get('/strict')).headers.get('cache-control')).toBe('private, no-store')
    expect((await get('/lax')).headers.get('cache-control')).toBe('private, no-store')
  })

  it('never lets a cookie be shared that a session middleware sets at the last moment', async () => {
    const late = express()
    late.use((_request, response, next) => {
      // As express-session does: registered before, and so called after, the policies' own listener.
      onHeaders(response, () => response.appendHeader('Set-Cookie', 'sid=1'))
      next()
    })
    late.use(http.middleware())
    late.get('/p', http.route('product'), (_, response) => response.json({}))
    const site = await serve(late)
    const { headers } = await fetch(`${site.url}/p`)
    await site.close()
    expect(headers.get('set-cookie')).toBe('sid=1')
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(headers.get('cdn-cache-control')).toBeNull()
  })

  it.each(['cookie', 'authorization'])('never shares what a handler made by looking at %s', async (name) => {
    app.use('/static', http.route('product'))
    app.get('/static/me', (request, response) => response.json({ you: request.headers[name] }))
    const { headers } = await get('/static/me', { [name]: 'x' })
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(headers.get('cdn-cache-control')).toBeNull()
  })

  it('keeps a private response from being kept when the user can not be told', async () => {
    const asked = createHttpPolicies(policies, {
      partition: (() => Promise.resolve('ada')) as never,
      onWarning: (message) => warnings.push(message),
    })
    const other = await serve(express().get('/a', asked.route('account'), (_, response) => response.json({})))
    const { headers } = await fetch(`${other.url}/a`)
    await other.close()
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(headers.get('thermocline-partition')).toBeNull()
    expect(warnings).toContainEqual(expect.stringContaining('`partition` gave a promise'))
  })

  it('is for GET and HEAD: another method leaves nothing to keep', async () => {
    app.post('/p', http.route('product'), (_, response) => response.json({}))
    const { headers } = await fetch(`${url}/p`, { method: 'POST' })
    expect(headers.get('cache-control')).toBe('private, no-store')
  })

  it.each([
    ['secret', 'private, max-age=600', 'private, no-store'],
    ['page', 'private, max-age=600', 'private, no-cache'],
    ['product', 'no-cache', 'no-cache'],
    ['account', 'no-cache', 'private, no-cache'],
  ] as const)('joins %s with a handler that says %s to the stricter %s', async (name, own, expected) => {
    app.get('/x', http.route(name), (_, response) => response.set('Cache-Control', own).json({}))
    const { headers } = await get('/x')
    expect(headers.get('cache-control')).toBe(expected)
    expect(headers.get('cdn-cache-control')).toBeNull()
  })

  it('looks at no more of a path than it must', async () => {
    app.use('/a', http.route('asset'), (_, response) => response.send('x'))
    const { headers } = await get(`/a/${'-'.repeat(10_000)}/app-B9zx1Qk2.js`)
    expect(headers.get('cache-control')).toBe('no-cache')
    expect(warnings.join('').length).toBeLessThan(1_000)
  })

  it('keeps the types of the path for the handler behind it', () => {
    app.get(
      '/a/:id',
      http.route('product', (request) => ({ groups: [request.params['id'] ?? ''] })),
      (request, response) => {
        const id: string = request.params.id
        response.send(id)
      },
    )
    expect(app).toBeDefined()
  })

  it('is immutable only under a hashed name', async () => {
    app.use('/assets', http.route('asset'), (_, response) => response.send('x'))
    expect((await get('/assets/app-B9zx1Qk2.js')).headers.get('cache-control')).toBe(
      'public, max-age=31536000, immutable',
    )
    expect((await get('/assets/app.js')).headers.get('cache-control')).toBe('no-cache')
    expect(warnings).toEqual([expect.stringContaining('/assets/app.js has no content hash')])
  })

  it('leaves out a group that a visitor made unusable, and answers', async () => {
    app.get(
      '/p/:id',
      http.route('product', (request) => ({ groups: [`product-${request.params['id']}`] })),
      (_, response) => response.json({}),
    )
    const answer = await get('/p/%22%0d%0aX-Evil:1')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-groups')).toBeNull()
  })

  it('of a name that does not exist is an error at start-up', () => {
    expect(() => http.route('prodcut' as never)).toThrow(/no policy "prodcut"/)
    expect(() => createHttpPolicies(policies, { partitoin: () => 1 } as never)).toThrow(
      /no option `partitoin`/,
    )
  })
})

describe('a public route behind middleware that makes something of credentials', () => {
  type Known = Request & { user?: string; session?: { name?: string }; cookies?: Record<string, string> }
  const own: RequestHandler = (request, _, next) => {
    const { cookie } = request.headers
    Object.assign(request, { user: cookie === undefined ? undefined : 'Ada' })
    next()
  }
  const sessions = () => session({ secret: 'test', resave: false, saveUninitialized: false })
  const CASES: [string, () => RequestHandler, (request: Known) => unknown][] = [
    ['req.cookies', () => cookieParser(), ({ cookies }) => cookies?.['name']],
    ['req.signedCookies', () => cookieParser('test'), ({ signedCookies }) => signedCookies as unknown],
    ['req.session', sessions, (request) => request.session?.name],
    ['req.user', () => own, ({ user }) => user],
  ]

  /** A client that is known by its cookie: of its own making, or of a session. */
  const behind = async (path: string, middleware: RequestHandler, look: (request: Known) => unknown) => {
    app.use(middleware)
    app.post('/login', (request, response) => {
      const known = (request as Known).session
      if (known !== undefined) known.name = 'Ada'
      response.end()
    })
    app.get(path, http.route('product'), (request, response) => {
      response.json({ you: look(request as Known) ?? null })
    })
    const login = await fetch(`${url}/login`, { method: 'POST' })
    return { cookie: login.headers.get('set-cookie')?.split(';', 1)[0] ?? 'name=Ada' }
  }

  it.each(CASES)("is nobody else's where its handler reads %s", async (name, make, look) => {
    const known = await behind(`/${name}`, make(), look)
    const { headers } = await get(`/${name}`, known)
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(headers.get('cdn-cache-control')).toBeNull()
    expect(warnings).toEqual([expect.stringContaining(`/${name} was made by looking at Cookie`)])
  })

  it.each(CASES)('stays public where its handler does not read %s', async (_, make) => {
    const known = await behind('/p', make(), () => 'anybody')
    const { headers } = await get('/p', known)
    expect(headers.get('cache-control')).toMatch(/^public, max-age=60/)
    expect(headers.get('cdn-cache-control')).toMatch(/^max-age=300/)
    expect(warnings).toEqual([])
  })

  it.each(CASES)('stays public for who has none, whatever of %s its handler reads', async (_, make, look) => {
    await behind('/p', make(), look)
    const { headers } = await get('/p')
    expect(headers.get('cache-control')).toMatch(/^public, max-age=60/)
    expect(warnings).toEqual([])
  })
})

describe('a route that declares nothing', () => {
  it('is validated each time', async () => {
    app.get('/x', (_, response) => response.json({}))
    const { headers } = await get('/x', { cookie: 'session=1' })
    expect(headers.get('cache-control')).toBe('no-cache')
    expect(headers.get('etag')).not.toBeNull()
  })

  it.each([
    ['Cookie', 'cookie', 'session=1'],
    ['Authorization', 'authorization', 'Bearer x'],
  ])('is kept by nobody once it has read %s', async (_, name, value) => {
    app.get('/x', (request, response) => response.json({ you: request.headers[name]?.length ?? 0 }))
    expect((await get('/x', { [name]: value })).headers.get('cache-control')).toBe('private, no-store')
    expect((await get('/x')).headers.get('cache-control')).toBe('no-cache')
  })

  it('is kept by nobody when it sets a cookie', async () => {
    app.get('/x', (_, response) => response.cookie('a', '1').json({}))
    expect((await get('/x')).headers.get('cache-control')).toBe('private, no-store')
  })

  it('is kept by nobody when it is a file that was sent after reading Cookie', async () => {
    app.get('/invoice', (request, response) => {
      if (request.headers.cookie === undefined) response.status(401).end()
      else response.sendFile(import.meta.filename)
    })
    expect((await get('/invoice', { cookie: 'sid=1' })).headers.get('cache-control')).toBe(
      'private, no-store',
    )
  })

  it('may say its own', async () => {
    app.get('/x', (_, response) => response.set('Cache-Control', 'public, max-age=5').json({}))
    expect((await get('/x')).headers.get('cache-control')).toBe('public, max-age=5')
  })
})

describe('the trace', () => {
  it('names the tier that answered, in Cache-Status and in Server-Timing', async () => {
    const cache = createTieredCache({ policies, clock: () => 1_000_000, jitter: 0 })
    app.get('/p', http.route('product'), async (_, response) => {
      response.json(await cache.getOrSet('p', () => 1, { policy: 'product' }))
    })
    expect((await get('/p')).headers.get('cache-status')).toBe('L1; fwd=uri-miss; stored')
    const { headers } = await get('/p')
    expect(headers.get('cache-status')).toBe('L1; hit; ttl=60')
    expect(headers.get('server-timing')).toBe(`cache;desc="${headers.get('cache-status')}"`)
    await cache.close()
  })

  it('does not mix requests that run at once', async () => {
    const cache = createTieredCache({ policies })
    await cache.set('warm', 1)
    app.get('/:key', async (request, response) => {
      await new Promise(setImmediate)
      response.json(await cache.getOrSet(request.params.key, () => 1))
    })
    const answers = await Promise.all(['/warm', '/cold', '/warm'].map((path) => get(path)))
    const statuses = answers.map((answer) => answer.headers.get('cache-status')?.split(';')[1])
    expect(statuses).toEqual([' hit', ' fwd=uri-miss', ' hit'])
    await cache.close()
  })
})
