import { beforeEach, describe, expect, it } from 'vitest'
import { FakeWorker } from './http-cache.fake.ts'
import { resetIndexedDb } from './platform.fake.ts'

beforeEach(resetIndexedDb)

async function stored(worker: FakeWorker, ...paths: string[]): Promise<void> {
  worker.platform.network = ({ url }) =>
    new Response(url, { headers: { 'Cache-Control': 'max-age=600', Vary: 'X-Colour' } })
  for (const path of paths) await worker.ask(path)
}

const isHit = async (worker: FakeWorker, path: string) => (await worker.ask(path)).did?.includes('hit')

describe('an unsafe method', () => {
  it('drops all variants of the URL, and nothing else', async () => {
    const worker = new FakeWorker()
    await stored(worker, '/a', '/a?x', '/ab')
    await worker.ask('/a', { headers: { 'X-Colour': 'red' } })
    await worker.ask('/a', { method: 'PUT', body: 'new' })
    expect(await isHit(worker, '/a?x')).toBe(true)
    expect(await isHit(worker, '/ab')).toBe(true)
    expect((await worker.ask('/a', { headers: { 'X-Colour': 'red' } })).did).toBe('SW; fwd=uri-miss; stored')
  })

  it('drops what Location and Content-Location name, on the own origin only', async () => {
    const worker = new FakeWorker()
    await stored(worker, '/orders', '/orders/7', '/cart', '/other')
    worker.platform.network = () =>
      new Response(null, {
        status: 201,
        headers: { Location: '/orders/7', 'Content-Location': 'https://evil.example/other' },
      })
    await worker.ask('/orders', { method: 'POST' })
    await stored(worker)
    expect(await isHit(worker, '/orders')).toBe(false)
    expect(await isHit(worker, '/orders/7')).toBe(false)
    expect(await isHit(worker, '/cart')).toBe(true)
    expect(await isHit(worker, '/other')).toBe(true)
  })

  it.each([400, 404, 500])('that ends in %i drops nothing', async (status) => {
    const worker = new FakeWorker()
    await stored(worker, '/a')
    worker.platform.network = () => new Response(null, { status })
    await worker.ask('/a', { method: 'DELETE' })
    expect(await isHit(worker, '/a')).toBe(true)
  })

  it.each([
    ['POST', { 'Content-Location': '/a', 'Cache-Control': 'max-age=60' }, true],
    ['POST', { 'Content-Location': '', Expires: 'Sun, 06 Nov 2094 08:49:37 GMT' }, true],
    ['POST', { 'Content-Location': '/b', 'Cache-Control': 'max-age=60' }, false],
    ['POST', { 'Content-Location': '/a', 'Last-Modified': 'Sun, 06 Nov 1994 08:49:37 GMT' }, false],
    ['POST', { 'Cache-Control': 'max-age=60' }, false],
    ['POST', { 'Content-Location': '/a', 'Cache-Control': 'max-age=60, no-store' }, false],
    ['PUT', { 'Content-Location': '/a', 'Cache-Control': 'max-age=60' }, false],
  ])('%s with %o answers the next GET: %s', async (method, headers, isKept) => {
    const worker = new FakeWorker()
    worker.platform.network = () => new Response('state', { headers })
    expect((await worker.ask('/a', { method, body: 'change' })).body).toBe('state')
    expect(await isHit(worker, '/a')).toBe(isKept)
  })

  it('that is not known counts as one', async () => {
    const worker = new FakeWorker()
    await stored(worker, '/a')
    await worker.ask('/a', { method: 'M-SEARCH' })
    expect(await isHit(worker, '/a')).toBe(false)
  })
})
