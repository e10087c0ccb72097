import type { RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { type Site, WAYS, serveCached } from '../../test/support/cached-app.ts'
import { rawExchange } from '../../test/support/raw-http.ts'

const echo: RequestHandler = (request, response) => {
  response.set('Cache-Control', 'public, max-age=60').send(`${request.hostname} ${request.originalUrl}`)
}

describe.each(WAYS)('through %s, one response is never taken for another whose', (way) => {
  it.each([
    ['dots are encoded', ['/a/./b', '/a/%2e/b', '/a/%2E/b', '/a/b']],
    ['letters of the path differ in case', ['/Page', '/page']],
    ['letters of an escape differ in case', ['/%c3%a4', '/%C3%A4']],
    ['slashes are doubled', ['/a//b', '/a/b', '//a/b']],
    ['slashes are encoded', ['/a/b', '/a%2fb', '/a%2Fb']],
    ['parameters stand in the path', ['/a', '/a;x', '/a;x=1', '/a;']],
    ['path has a null in it', ['/a', '/a%00', '/a%00.css']],
    ['path has a line break in it', ['/a', '/a%0d%0ax', '/a%0A']],
    ['query is empty', ['/a', '/a?']],
    ['query differs', ['/a?x=1&y=2', '/a?y=2&x=1', '/a?x=1', '/a?x=%31', '/a?X=1']],
  ])('%s', async (_, paths) => {
    const site = await serveCached(way, (app) => void app.use(echo))
    for (let round = 0; round < 2; round += 1) {
      for (const path of paths) expect((await site.get(path)).body.split(' ')[1]).toBe(path)
    }
    expect(site.calls).toBe(paths.length)
  })

  it('hosts differ, a trailing dot and a port counted, but not the case', async () => {
    const site = await serveCached(way, (app) => void app.use(echo))
    for (const host of ['a.example', 'b.example', 'a.example.', 'a.example:8080'])
      await site.get('/', { host })
    expect(site.calls).toBe(4)
    expect((await site.get('/', { host: 'A.EXAMPLE' })).body).toBe('a.example /')
    expect(site.calls).toBe(4)
  })

  it.each([
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'X-Forwarded-Prefix',
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-HTTP-Method-Override',
    'X-Method-Override',
    'X-Host',
  ])('%s differs', async (name) => {
    const site = await serveCached(way, (app) => {
      app.use((request, response) => {
        response.set('Cache-Control', 'public, max-age=60').send(`to ${request.get(name)}`)
      })
    })
    expect((await site.get('/', { [name]: 'evil' })).body).toBe('to evil')
    expect((await site.get('/')).body).toBe('to undefined')
    expect((await site.get('/', { [name]: 'evil' })).trace).toContain('hit')
  })

  it('target is in absolute form, whatever Host says beside it', async () => {
    const site = await serveCached(way, (app) => void app.use(echo))
    const raw = (target: string, host: string) =>
      rawExchange(site.url, `GET ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close', '', '')
    expect(await raw('http://shop.example/a', 'evil.example')).toContain('evil.example')
    expect(await raw('/a', 'shop.example')).toContain('shop.example /a')
    expect(await raw('http://shop.example/a', 'shop.example')).toContain('shop.example http://shop.example/a')
    expect(await raw('/a', 'shop.example')).toContain('hit')
    expect(site.calls).toBe(3)
  })

  it.each([
    ['a.example/products', '/1', '/products/1'],
    ['a.example/any?q=', '/1', '/any?q=/1'],
    ['a.example?', '/1', '/?/1'],
    ['a.example /products', '/1', '/products/1'],
  ])('Host is %s, which is none, and goes on as it came', async (host, path, other) => {
    const site = await serveCached(way, (app) => void app.use(echo))
    const raw = (name: string, target: string) =>
      rawExchange(site.url, `GET ${target} HTTP/1.1`, `Host: ${name}`, 'Connection: close', '', '')
    for (let round = 0; round < 2; round += 1) {
      const answer = await raw(host, path)
      expect(answer).toMatch(new RegExp(` ${path}$`))
      expect(answer).not.toMatch(/cache-status/i)
    }
    expect(await raw('a.example', other)).toMatch(new RegExp(`${other.replace('?', '[?]')}$`))
    const absolute = await raw(`http://u@a.example${path}`, 'a.example')
    expect(absolute).not.toMatch(/cache-status/i)
  })

  it('path or host is longer than a key may be: those are not kept at all', async () => {
    const site = await serveCached(way, (app) => void app.use(echo))
    const long = `/${'a'.repeat(5_000)}`
    await site.get(long)
    await site.get(long)
    await site.get('/', { host: `${'a'.repeat(300)}.example` })
    await site.get('/', { host: `${'a'.repeat(300)}.example` })
    expect(site.calls).toBe(4)
  })

  it('fields come twice', async () => {
    const site = await serveCached(way, (app) => {
      app.use((request, response) => {
        response.set({ 'Cache-Control': 'public, max-age=60', Vary: 'X-Color' })
        response.send(`color ${request.get('x-color')}, host ${request.get('x-forwarded-host')}`)
      })
    })
    const raw = (...fields: string[]) =>
      rawExchange(site.url, 'GET / HTTP/1.1', 'Host: x', ...fields, 'Connection: close', '', '')
    expect(await raw('X-Color: red', 'X-Color: blue')).toContain('color red, blue')
    expect(await raw('X-Color: red')).toContain('color red,')
    expect(await raw('X-Color: blue')).toContain('color blue,')
    expect(await raw('X-Forwarded-Host: a', 'X-Forwarded-Host: b')).toContain('host a, b')
    expect(await raw('X-Forwarded-Host: a')).toContain('host a')
    expect(site.calls).toBe(5)
  })

  it('request has a body, which no key knows', async () => {
    const site = await serveCached(way, (app) => {
      app.use((request, response) => {
        response.set('Cache-Control', 'public, max-age=60')
        request.on('data', (chunk) => response.write(chunk)).on('end', () => response.end('.'))
      })
    })
    expect((await site.send('GET', '/', { 'content-length': '4' }, 'evil')).body).toBe('evil.')
    expect((await site.get('/')).body).toBe('.')
  })
})

describe.each(WAYS)('through %s, a private page stays private when its path looks like a file', (way) => {
  const SUFFIXES = [
    '/x.css',
    ';x.css',
    '%2fx.css',
    '%2Fx.css',
    '%00.css',
    '%00x.css',
    '?x.css',
    '%3fx.css',
    '%23.css',
    '.css',
    '/..%2fx.css',
  ]

  const account = (say: (site: Site) => Record<string, string>) => async (): Promise<Site> => {
    const site: Site = await serveCached(way, (app) => {
      app.use((request, response, next) => {
        if (!decodeURIComponent(request.path).startsWith('/account')) return next()
        response.set(say(site)).send(`the account of ${request.get('cookie')}`)
      })
    })
    return site
  }

  it.each([
    ['says nothing', account(() => ({}))],
    ['says private', account(() => ({ 'Cache-Control': 'private, max-age=600' }))],
    ['says no-store', account(() => ({ 'Cache-Control': 'no-store' }))],
    ['tells only when it changed', account(() => ({ 'Last-Modified': 'Thu, 01 Jan 2015 00:00:00 GMT' }))],
    ['is fresh for a browser', account(() => ({ 'Cache-Control': 'max-age=600' }))],
  ])('and %s', async (_, make) => {
    const site = await make()
    for (const suffix of SUFFIXES) {
      const victim = await site.get(`/account${suffix}`, { cookie: 'user=victim' })
      expect(victim).toMatchObject({ status: 200, body: 'the account of user=victim' })
      const attacker = await site.get(`/account${suffix}`)
      expect(attacker.body).toBe('the account of undefined')
    }
  })
})
