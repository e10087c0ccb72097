import { afterEach, describe, expect, it } from 'vitest'
import { deferred } from '../../test/support/deferred.ts'
import { NGINX, PURGE_MODULE, startNginx } from '../../test/support/nginx-server.ts'
import { serve } from '../../test/support/serve.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import type { EdgeEvent } from './edge-event.ts'
import type { EdgesOptions } from './edge-options.ts'
import { createEdges } from './edges.ts'
import { nginx } from './nginx.ts'

const IS_HERE = NGINX !== undefined && PURGE_MODULE !== undefined
if (!IS_HERE) {
  console.warn(
    'nginx is not tested: it wants `nginx` and ngx_cache_purge (Debian: apt-get install nginx libnginx-mod-http-cache-purge).',
  )
}

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

const EDGES = { wait: 'edges', timeout: '20s' } as const

async function open(
  cacheControl = 'public, max-age=300',
  vary?: string,
  options: Pick<EdgesOptions, 'again'> = {},
) {
  let version = 'v1'
  const origin = { asked: 0, onItsWay: undefined as Promise<void> | undefined }
  const served = await serve((request, response) => {
    response.setHeader('Cache-Control', cacheControl)
    if (vary !== undefined) response.setHeader('Vary', vary)
    origin.asked += 1
    const body = `${version} ${request.url}`
    if (origin.onItsWay === undefined) response.end(body)
    else void origin.onItsWay.then(() => response.end(body))
  })
  const { nginx: server, close } = await startNginx(served.url)
  const cache = createTieredCache()
  const events: EdgeEvent[] = []
  const edges = createEdges({
    cache,
    edges: [nginx({ url: server.url })],
    purge: ['urls'],
    onEvent: (event) => events.push(event),
    ...options,
  })
  cleanUp.push(
    () => cache.close(),
    () => served.close(),
    close,
    () => edges.close(),
  )
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(server.url + path, { headers })
    return { text: await response.text(), cached: response.headers.get('x-cache') }
  }
  const stored = async (path: string, headers?: Record<string, string>) => {
    await get(path, headers)
    expect((await get(path, headers)).cached).toBe('HIT')
  }
  return { cache, edges, server, origin, events, get, stored, change: () => void (version = 'v2') }
}

describe.skipIf(!IS_HERE)('a real nginx with ngx_cache_purge', () => {
  it('answers from what it has until its URL is invalidated, and then anew', async () => {
    const { cache, server, get, stored, change } = await open()
    await stored('/products/42?size=l')
    await stored('/products/42')
    change()
    expect((await get('/products/42?size=l')).text).toBe('v1 /products/42?size=l')
    const result = await cache.invalidate({ urls: [`${server.url}/products/42?size=l`] }, EDGES)
    expect(result).toEqual({ acknowledged: true, missing: [] })
    expect(await get('/products/42?size=l')).toEqual({ text: 'v2 /products/42?size=l', cached: 'MISS' })
    expect(await get('/products/42')).toEqual({ text: 'v1 /products/42', cached: 'HIT' })
  })

  it('is not troubled by what it does not hold, nor by many at once', async () => {
    const { cache, server, events, get, stored, change } = await open()
    const paths = Array.from({ length: 150 }, (_, i) => `/products/${i}?q=%C3%A4`)
    for (const path of [paths[0], paths[149]]) await stored(path ?? '')
    change()
    expect(await cache.invalidate({ urls: paths.map((path) => server.url + path) }, EDGES)).toMatchObject({
      missing: [],
    })
    for (const path of [paths[0], paths[149]]) expect((await get(path ?? '')).text).toMatch(/^v2/)
    expect(events.map(({ type }) => type)).toEqual(['purged', 'purged'])
  })

  it('says of the invalidation of everything that it has not been done', async () => {
    const { cache, edges, events } = await open()
    const result = await cache.invalidate({ prefixes: [''] }, EDGES)
    expect(result.missing).toEqual(['edge nginx'])
    expect(await edges.deadLetters()).toMatchObject([{ edge: 'nginx', kind: 'everything', names: [] }])
    expect(events.map(({ type }) => type)).toEqual(['everything', 'dead-letter'])
  })

  it('is told of what was invalidated while it was away', async () => {
    const { cache, server, events, get, stored, change } = await open()
    await stored('/a')
    await server.stop()
    change()
    await cache.invalidate({ urls: [`${server.url}/a`] })
    await waitUntil(() => events.some(({ type }) => type === 'purge-failed'), 'a first attempt')
    await server.restart()
    await waitUntil(() => events.some(({ type }) => type === 'purged'), 'the purge')
    expect((await get('/a')).text).toBe('v2 /a')
  })

  it('is not confused with an application that answers in its place', async () => {
    const elsewhere = await serve((_, response) => response.writeHead(404).end())
    cleanUp.push(() => elsewhere.close())
    const request = { kind: 'urls', names: ['http://shop.example/a'], mode: 'delete' } as const
    await expect(
      nginx({ url: elsewhere.url }).purge(request, new AbortController().signal),
    ).rejects.toMatchObject({ name: 'EdgeFailure', isFinal: true, status: 404 })
  })

  it('lets go of what varies by encoding, and never keeps what varies by anything else', async () => {
    const { cache, server, get, stored, change } = await open('public, max-age=300', 'Accept-Encoding')
    await stored('/a', { 'Accept-Encoding': 'gzip' })
    expect((await get('/a', { 'Accept-Encoding': 'br' })).cached).toBe('HIT')
    change()
    await cache.invalidate({ urls: [`${server.url}/a`] }, EDGES)
    expect((await get('/a', { 'Accept-Encoding': 'gzip' })).text).toBe('v2 /a')
    const other = await open('public, max-age=300', 'Accept-Encoding, Accept-Language')
    await other.get('/a')
    expect((await other.get('/a')).cached).toBe('MISS')
  })

  it('has let go after the second purge of an answer that was under way at the first', async () => {
    const { cache, server, origin, events, get, change } = await open(undefined, undefined, { again: '3s' })
    const gate = deferred<void>()
    origin.onItsWay = gate.promise
    const underWay = get('/a')
    await waitUntil(() => origin.asked === 1, 'the origin to be asked')
    origin.onItsWay = undefined
    change()
    await cache.invalidate({ urls: [`${server.url}/a`] }, EDGES)
    gate.resolve()
    expect((await underWay).text).toBe('v1 /a')
    expect(await get('/a')).toEqual({ text: 'v1 /a', cached: 'HIT' })
    await waitUntil(() => events.some((event) => event.type === 'purged' && event.again === true), 'it')
    expect(await get('/a')).toEqual({ text: 'v2 /a', cached: 'MISS' })
  })
})
