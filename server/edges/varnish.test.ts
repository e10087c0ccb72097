import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { deferred } from '../../test/support/deferred.ts'
import { serve } from '../../test/support/serve.ts'
import { VARNISHD, hasXkey, startVarnish } from '../../test/support/varnish-server.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import type { EdgeEvent } from './edge-event.ts'
import type { EdgesOptions } from './edge-options.ts'
import { type Edges, createEdges } from './edges.ts'
import { varnish } from './varnish.ts'

const HAS_XKEY = VARNISHD !== undefined && (await hasXkey())
if (!HAS_XKEY) {
  console.warn(
    'Varnish is not tested: it wants `varnishd` and vmod_xkey (Debian: apt-get install varnish varnish-modules).',
  )
}

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

/** What the origin answers, by path; each in the groups that its path is made of. */
const shop = { version: 'v1', asked: 0, onItsWay: undefined as Promise<void> | undefined }

function answer(request: IncomingMessage, response: ServerResponse): void {
  shop.asked += 1
  const { pathname } = new URL(request.url ?? '/', 'http://shop.example')
  const groups = pathname.split('/').filter((part) => part !== '')
  response.setHeader('Cache-Control', 'public, max-age=300, stale-while-revalidate=60')
  response.setHeader('Vary', 'Accept-Language')
  response.setHeader('Cache-Groups', groups.map((group) => `"${group}"`).join(', '))
  const body = `${shop.version} ${request.url}`
  if (shop.onItsWay === undefined) response.end(body)
  else void shop.onItsWay.then(() => response.end(body))
}

async function open(
  vcl: 'thermocline.vcl' | 'thermocline-ban.vcl' = 'thermocline.vcl',
  options: Pick<EdgesOptions, 'again'> = {},
) {
  Object.assign(shop, { version: 'v1', asked: 0, onItsWay: undefined })
  const cache = createTieredCache()
  let fields: ReturnType<Edges['fields']> | undefined
  const origin = await serve((request, response) =>
    fields?.(request, response, () => answer(request, response)),
  )
  const { varnish: server, close } = await startVarnish(origin.url, vcl)
  const events: EdgeEvent[] = []
  const edges = createEdges({
    cache,
    edges: [varnish({ url: server.url, xkey: vcl === 'thermocline.vcl' })],
    onEvent: (event) => events.push(event),
    ...options,
  })
  fields = edges.fields()
  cleanUp.push(
    () => cache.close(),
    () => origin.close(),
    close,
    () => edges.close(),
  )
  const get = async (path: string, language = 'en') => {
    const response = await fetch(server.url + path, { headers: { 'Accept-Language': language } })
    return { text: await response.text(), cached: response.headers.get('x-cache'), headers: response.headers }
  }
  const stored = async (path: string) => {
    await get(path)
    expect((await get(path)).cached).toBe('HIT')
  }
  return { cache, edges, server, events, get, stored }
}

const EDGES = { wait: 'edges', timeout: '20s' } as const

describe.skipIf(!HAS_XKEY)('a real Varnish with vmod_xkey', () => {
  it('answers from what it has until its group is invalidated, and then anew', async () => {
    const { cache, get, stored } = await open()
    await stored('/product-42')
    await stored('/product-43')
    shop.version = 'v2'
    expect((await get('/product-42')).text).toBe('v1 /product-42')
    expect(await cache.invalidate({ groups: ['product-42'] }, EDGES)).toMatchObject({ missing: [] })
    expect(await get('/product-42')).toMatchObject({ text: 'v2 /product-42', cached: 'MISS' })
    expect(await get('/product-43')).toMatchObject({ text: 'v1 /product-43', cached: 'HIT' })
  })

  it('goes on with what is expired while it fetches it anew', async () => {
    const { cache, get, stored } = await open()
    await stored('/product-42')
    shop.version = 'v2'
    await cache.invalidate({ groups: ['product-42'], mode: 'expire' }, EDGES)
    expect(await get('/product-42')).toMatchObject({ text: 'v1 /product-42', cached: 'HIT' })
    await waitUntil(async () => (await get('/product-42')).text.startsWith('v2'), 'the new version')
  })

  it('lets go of a URL, with its query, and of no other; softly too', async () => {
    const { cache, server, get, stored } = await open()
    await stored('/list?page=1')
    await stored('/list?page=2')
    shop.version = 'v2'
    await cache.invalidate({ urls: [`${server.url}/list?page=1`] }, EDGES)
    expect((await get('/list?page=1')).text).toBe('v2 /list?page=1')
    expect((await get('/list?page=2')).text).toBe('v1 /list?page=2')
    await cache.invalidate({ urls: [`${server.url}/list?page=2`], mode: 'expire' }, EDGES)
    expect(await get('/list?page=2')).toMatchObject({ text: 'v1 /list?page=2', cached: 'HIT' })
    await waitUntil(async () => (await get('/list?page=2')).text.startsWith('v2'), 'the new version')
  })

  it('lets go of every variant of a URL', async () => {
    const { cache, server, get } = await open()
    for (const language of ['de', 'fr']) {
      await get('/a', language)
      expect((await get('/a', language)).cached).toBe('HIT')
    }
    shop.version = 'v2'
    await cache.invalidate({ urls: [`${server.url}/a`], mode: 'expire' }, EDGES)
    for (const language of ['de', 'fr']) {
      expect((await get('/a', language)).text).toBe('v1 /a')
      await waitUntil(async () => (await get('/a', language)).text === 'v2 /a', 'the new version')
    }
    shop.version = 'v3'
    await cache.invalidate({ urls: [`${server.url}/a`] }, EDGES)
    for (const language of ['de', 'fr']) expect((await get('/a', language)).text).toBe('v3 /a')
  })

  it('lets go of everything', async () => {
    const { cache, get, stored } = await open()
    await stored('/a')
    await stored('/b')
    shop.version = 'v2'
    await cache.invalidate({ prefixes: [''] }, EDGES)
    expect((await get('/a')).text).toBe('v2 /a')
    expect((await get('/b')).text).toBe('v2 /b')
  })

  it('takes a thousand groups at once in a few requests', async () => {
    const { cache, events, get, stored } = await open()
    const groups = Array.from({ length: 1_000 }, (_, i) => `a-product-with-a-rather-long-name-${i}`)
    for (const group of [groups[0], groups[500], groups[999]]) await stored(`/${group}`)
    shop.version = 'v2'
    await cache.invalidate({ groups }, EDGES)
    for (const group of [groups[0], groups[500], groups[999]]) {
      expect((await get(`/${group}`)).text).toBe(`v2 /${group}`)
    }
    expect(events.filter(({ type }) => type === 'purged')).toHaveLength(5)
  })

  it('lets go of what is in more groups than its field holds with any of them', async () => {
    const { cache, get, stored } = await open()
    const path = `/${Array.from({ length: 600 }, (_, i) => `g${i}`).join('/')}`
    await stored(path)
    shop.version = 'v2'
    await cache.invalidate({ groups: ['g599'] }, EDGES)
    expect((await get(path)).text).toMatch(/^v2/)
  })

  it('tells clients nothing of what it files answers under', async () => {
    const { get } = await open()
    const { headers } = await get('/product-42')
    expect(headers.get('xkey')).toBe(null)
    expect(headers.get('cache-groups')).toBe('"product-42"')
  })

  it('is told once it is back of what was invalidated while it was away', async () => {
    const { cache, server, edges, events, stored } = await open()
    await stored('/product-42')
    await server.stop()
    const result = await cache.invalidate({ groups: ['product-42'] }, { wait: 'edges', timeout: 50 })
    expect(result.missing).toEqual(['edge varnish'])
    await waitUntil(() => events.some(({ type }) => type === 'purge-failed'), 'a first attempt')
    expect(await edges.status()).toMatchObject([
      { edge: 'varnish', waiting: 1, lastError: { reason: 'Error (ECONNREFUSED)' } },
    ])
    await server.restart()
    await waitUntil(() => events.some(({ type }) => type === 'purged'), 'the purge')
    await stored('/product-42')
    expect(await edges.status()).toMatchObject([{ waiting: 0, lagMs: 0, lastError: undefined }])
  })

  it('refuses strangers, and whoever answers in its place is not taken for it', async () => {
    const { server } = await open()
    const elsewhere = await serve((_, response) => response.end('anything'))
    cleanUp.push(() => elsewhere.close())
    const request = { kind: 'groups', names: ['a'], mode: 'delete' } as const
    const { signal } = new AbortController()
    await expect(varnish({ url: elsewhere.url }).purge(request, signal)).rejects.toMatchObject({
      name: 'EdgeFailure',
      isFinal: true,
      message: expect.stringContaining('thermocline.vcl'),
    })
    await expect(varnish({ url: server.url }).purge(request, signal)).resolves.toBe(undefined)
  })
})

/** An answer leaves the origin, then its group is invalidated, then the answer arrives. */
async function crossAPurge({ cache, get }: Awaited<ReturnType<typeof open>>): Promise<void> {
  const gate = deferred<void>()
  shop.onItsWay = gate.promise
  const underWay = get('/product-42')
  await waitUntil(() => shop.asked === 1, 'the origin to be asked')
  Object.assign(shop, { version: 'v2', onItsWay: undefined })
  expect(await cache.invalidate({ groups: ['product-42'] }, EDGES)).toMatchObject({ missing: [] })
  gate.resolve()
  expect((await underWay).text).toBe('v1 /product-42')
  expect(await get('/product-42')).toMatchObject({ text: 'v1 /product-42', cached: 'HIT' })
}

describe.skipIf(!HAS_XKEY)('an answer that was under way when its group was purged', () => {
  it('is gone after the second purge', async () => {
    const shopFront = await open('thermocline.vcl', { again: '3s' })
    await crossAPurge(shopFront)
    const { events, get } = shopFront
    await waitUntil(() => events.some((event) => event.type === 'purged' && event.again === true), 'it')
    expect(await get('/product-42')).toMatchObject({ text: 'v2 /product-42', cached: 'MISS' })
  })
})

describe.skipIf(VARNISHD === undefined)('a real Varnish without it', () => {
  it('bans groups', async () => {
    const { cache, get, stored } = await open('thermocline-ban.vcl')
    await stored('/product-4.2/list')
    await stored('/product-42/list')
    await stored('/product-4')
    shop.version = 'v2'
    await cache.invalidate({ groups: ['product-4.2', 'product-4'], mode: 'expire' }, EDGES)
    expect((await get('/product-4.2/list')).text).toMatch(/^v2/)
    expect((await get('/product-4')).text).toMatch(/^v2/)
    expect((await get('/product-42/list')).text).toMatch(/^v1/)
  })

  it('takes two hundred long names in one ban, URLs and everything', async () => {
    const { cache, server, get, stored } = await open('thermocline-ban.vcl')
    const groups = Array.from({ length: 200 }, (_, i) => `a-product-with-a-long-name-${i}-abc`.slice(0, 32))
    await stored(`/${groups[199]}`)
    await stored('/list')
    await stored('/other')
    shop.version = 'v2'
    await cache.invalidate({ groups, urls: [`${server.url}/list`] }, EDGES)
    expect((await get(`/${groups[199]}`)).text).toMatch(/^v2/)
    expect((await get('/list')).text).toMatch(/^v2/)
    expect((await get('/other')).text).toMatch(/^v1/)
    await cache.clear()
    await cache.invalidate({ groups: ['a'] }, EDGES)
    expect((await get('/other')).text).toMatch(/^v2/)
  })
})
