import express from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { type Answer, ask, quietApp } from '../../test/support/cached-app.ts'
import { useRedisCaches } from '../../test/support/redis-caches.ts'
import { serve } from '../../test/support/serve.ts'
import { type TieredCache, createTieredCache } from '../cache/tiered-cache.ts'
import { originGroup } from '../response-groups.ts'
import { type InvalidationEndpointOptions, invalidationEndpoint } from './invalidation-endpoint.ts'

const TOKEN = 'a-token-of-some-length'
const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanup.splice(0).toReversed()) await step()
})

async function endpoint(options: Partial<InvalidationEndpointOptions> = {}, parses = false) {
  const cache: TieredCache = options.cache ?? createTieredCache()
  cleanup.push(() => cache.close())
  const app = quietApp()
  if (parses) app.use(express.json())
  app.all('/invalidate', invalidationEndpoint({ cache, token: TOKEN, ...options }))
  const { url, close } = await serve(app)
  cleanup.push(close)
  const post = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    ask(
      url,
      'POST',
      '/invalidate',
      { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
      typeof body === 'string' ? body : JSON.stringify(body),
    )
  return { url, cache, post }
}

const GROUPS = { type: 'group', selectors: ['https://shop.example:443'], groups: ['g'] }

describe('the endpoint', () => {
  it.each([
    ['deletes with purge', { purge: true }, undefined],
    ['expires without', {}, 'old'],
    ['expires with purge: false', { purge: false }, 'old'],
  ])('%s', async (_, more, left) => {
    const { cache, post } = await endpoint()
    await cache.set('a', 'old', { groups: ['g'] })
    const answer = await post({ ...GROUPS, ...more, unheardOf: 1 })
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
    expect(JSON.parse(answer.body)).toEqual({ acknowledged: true, missing: [] })
    expect(cache.peek('a')).toBeUndefined()
    expect((await cache.find('a'))?.value).toBe(left)
  })

  it('lets go of URLs, and of groups of one origin, whatever characters are in their names', async () => {
    const { cache, post } = await endpoint()
    const own = originGroup('shop.example', 'Ünïcode')
    await cache.set('a', 1, { groups: [own] })
    await cache.set('b', 1, { groups: [originGroup('other.example', 'Ünïcode')] })
    expect((await post({ ...GROUPS, groups: ['Ünïcode'] })).status).toBe(200)
    expect([cache.peek('a'), cache.peek('b')]).toEqual([undefined, 1])
    expect((await post({ type: 'uri', selectors: ['https://shop.example/a'], purge: true })).status).toBe(200)
  })

  it('takes what a parser in front of it has read', async () => {
    const { post } = await endpoint({}, true)
    expect((await post(GROUPS)).status).toBe(200)
  })

  it.each([
    [{ type: 'uri-prefix', selectors: ['https://a.example/'] }, 501, '"uri-prefix"'],
    [{ type: 'origin', selectors: ['https://a.example:443'] }, 501, '"origin"'],
    [{ type: 'tag', selectors: ['a'] }, 501, '"tag"'],
    [{ selectors: ['a'] }, 400, '`type` is undefined'],
    [{ type: 'uri' }, 400, '`selectors` is undefined'],
    [{ type: 'uri', selectors: [] }, 400, 'empty'],
    [{ type: 'uri', selectors: ['/a'] }, 400, '"/a" is no absolute URI'],
    [{ type: 'uri', selectors: ['ftp://a/b'] }, 400, 'no absolute URI'],
    [{ type: 'uri', selectors: [1] }, 400, '`selectors`'],
    [{ type: 'uri', selectors: ['https://a.example/'], purge: 'yes' }, 400, '`purge` is "yes"'],
    [{ type: 'uri', selectors: ['https://a.example/'], wait: 'all' }, 400, '`wait` is "all"'],
    [{ type: 'uri', selectors: ['https://a.example/'], wait: 'edges' }, 400, "`wait` is 'edges'"],
    [{ ...GROUPS, groups: undefined }, 400, '`groups` is undefined'],
    [{ ...GROUPS, groups: [] }, 400, '`groups`'],
    [{ ...GROUPS, selectors: ['https://a.example/path'] }, 400, 'no origin'],
    [['uri'], 400, 'The body is'],
    ['{"type":', 400, 'no JSON'],
    [
      { type: 'uri', selectors: Array.from({ length: 4 }, (_, i) => `https://a.example/${i}`) },
      400,
      '4 names',
    ],
    [
      { ...GROUPS, selectors: ['https://a.example', 'https://b.example'], groups: ['a', 'b'] },
      400,
      '4 names',
    ],
    ['x'.repeat(2_000), 413, 'more than 1000 bytes'],
  ])('says what is wrong with %j', async (event, status, detail) => {
    const { post } = await endpoint({ maxSelectors: 3, maxBodyBytes: 1_000 })
    const answer = await post(event)
    expect(answer.status).toBe(status)
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    })
    const problem = JSON.parse(answer.body) as { detail: string }
    expect(problem).toMatchObject({ status, title: expect.any(String) as string })
    expect(problem.detail).toContain(detail)
  })

  it('counts the bytes of a body that does not say its length', async () => {
    const { post } = await endpoint({ maxBodyBytes: 1_000 })
    expect((await post('x'.repeat(5_000), { 'transfer-encoding': 'chunked' })).status).toBe(413)
  })

  it.each([
    ['text/plain', {}],
    ['application/x-www-form-urlencoded', {}],
    ['application/json', { 'content-encoding': 'gzip' }],
  ])('takes no body that a form could send, nor a compressed one: %s', async (type, more) => {
    const { post } = await endpoint()
    expect((await post(GROUPS, { 'content-type': type, ...more })).status).toBe(415)
  })

  it.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('takes no %s', async (method) => {
    const { url } = await endpoint()
    const answer = await ask(url, method, '/invalidate', { authorization: `Bearer ${TOKEN}` })
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST', 'cache-control': 'no-store' } })
  })
})

describe('who may', () => {
  it.each([
    ['nothing', undefined],
    ['another token', 'Bearer another-token-entirely'],
    ['the beginning of the token', `Bearer ${TOKEN.slice(0, -1)}`],
    ['the token and more', `Bearer ${TOKEN}x`],
    ['another scheme', `Basic ${TOKEN}`],
    ['no token at all', 'Bearer '],
  ])('invalidate is nobody who brings %s', async (_, authorization) => {
    const { url, cache } = await endpoint()
    await cache.set('a', 1, { groups: ['g'] })
    const headers = {
      'content-type': 'application/json',
      ...(authorization === undefined ? {} : { authorization }),
    }
    const answer = await ask(url, 'POST', '/invalidate', headers, JSON.stringify(GROUPS))
    expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } })
    expect(answer.body).not.toContain(TOKEN)
    expect(cache.peek('a')).toBe(1)
  })

  it('is whoever brings one of several tokens', async () => {
    const { post } = await endpoint({ token: ['an-older-token-of-ours', TOKEN] })
    for (const token of [TOKEN, 'an-older-token-of-ours']) {
      expect((await post(GROUPS, { authorization: `bearer ${token}` })).status).toBe(200)
    }
  })

  it('is for `authorize` to say, which must say yes and nothing like it, of requests that have the field', async () => {
    let decision: unknown = true
    const { post, url } = await endpoint({ token: undefined, authorize: () => decision as boolean })
    expect((await post(GROUPS)).status).toBe(200)
    for (decision of [false, 1, 'yes', undefined]) expect((await post(GROUPS)).status).toBe(403)
    decision = Promise.resolve(true)
    expect((await post(GROUPS)).status).toBe(200)
    const withCookie = { cookie: 'session=1', 'content-type': 'application/json' }
    expect((await ask(url, 'POST', '/invalidate', withCookie, JSON.stringify(GROUPS))).status).toBe(401)
  })

  it('is nobody where `authorize` throws', async () => {
    const { post, cache } = await endpoint({
      authorize: () => {
        throw new Error('no database')
      },
    })
    await cache.set('a', 1, { groups: ['g'] })
    expect((await post(GROUPS)).status).toBe(500)
    expect(cache.peek('a')).toBe(1)
  })

  it.each([
    [{}, 'neither `token` nor `authorize`'],
    [{ token: undefined }, 'neither `token` nor `authorize`'],
    [{ token: '' }, '`token` is too short'],
    [{ token: 'fifteen-letters' }, '`token` is too short'],
    [{ token: 'with a space in it, alas' }, '`token` is too short or has characters'],
    [{ token: [] }, '`token`'],
    [{ token: [TOKEN, 'short'] }, '`token`'],
    [{ authorize: true }, '`authorize` is true'],
    [{ token: TOKEN, cache: {} }, '`cache` is'],
    [{ token: TOKEN, wait: 'all' }, '`wait` is "all"'],
    [{ token: TOKEN, maxSelectors: 0 }, '`maxSelectors` is 0'],
    [{ token: TOKEN, maxBodyBytes: 'big' }, '`maxBodyBytes` is "big"'],
    [{ token: TOKEN, tokens: 1 }, 'no option `tokens`'],
  ])('has to be said when it is made: %j', (options, message) => {
    const made = () => invalidationEndpoint({ cache: createTieredCache(), ...options } as never)
    expect(made).toThrow(message)
    expect(made).not.toThrow('fifteen-letters')
  })
})

describe('with Redis', () => {
  const caches = useRedisCaches('endpoint')

  it('the answer is 202 while the log can not be reached, and this process has let go', async () => {
    const { cache, redis } = await caches.openReady({ l2TimeoutMs: '200ms' })
    const { post } = await endpoint({ cache })
    await cache.set('a', 1, { groups: ['g'] })
    redis.disconnect()
    const answer = await post({ ...GROUPS, purge: true })
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      202,
      { acknowledged: false, missing: ['unknown'] },
    ])
    expect(cache.peek('a')).toBeUndefined()
  })

  it('the answer is 200 once every process has let go', async () => {
    const { cache: one } = await caches.openReady({ maxLagMs: '500ms' })
    const { cache: two } = await caches.openReady({ maxLagMs: '500ms' })
    const { post } = await endpoint({ cache: one, timeout: '30s' })
    await two.set('a', 1, { groups: ['g'] })
    expect((await post(GROUPS)).status).toBe(200)
    expect(two.peek('a')).toBeUndefined()
  })
})
