import { beforeEach, describe, expect, it } from 'vitest'
import { FakeWorker } from './http-cache.fake.ts'
import { resetIndexedDb } from './platform.fake.ts'

beforeEach(resetIndexedDb)

function fresh(worker: FakeWorker): void {
  worker.platform.network = () => new Response('body', { headers: { 'Cache-Control': 'max-age=60' } })
}

describe('Workbox plugins', () => {
  it('decide what is stored', async () => {
    const worker = new FakeWorker(undefined, { plugins: [{ cacheWillUpdate: async () => null }] })
    fresh(worker)
    expect(await worker.ask('/a')).toMatchObject({ body: 'body', did: 'SW; fwd=uri-miss' })
    expect(worker.platform.cacheStorage.texts()).toEqual([])
  })

  it('change what is stored', async () => {
    const worker = new FakeWorker(undefined, {
      plugins: [
        {
          cacheWillUpdate: async ({ response }) =>
            new Response(response.body, { headers: { 'Cache-Control': 'max-age=600' } }),
        },
      ],
    })
    fresh(worker)
    await worker.ask('/a')
    expect(await worker.ask('/a')).toMatchObject({ body: 'body', did: 'SW; hit; ttl=600' })
  })

  it('hear of what was stored', async () => {
    const heard: string[] = []
    const worker = new FakeWorker(undefined, {
      plugins: [
        {
          cacheDidUpdate: async ({ cacheName, newResponse, request }) => {
            heard.push(`${cacheName} ${request.url} ${await newResponse.text()}`)
          },
        },
      ],
    })
    fresh(worker)
    await worker.ask('/a')
    await worker.ask('/a')
    expect(heard).toEqual(['thermocline https://shop.example/a body'])
  })

  it('may refuse what is stored', async () => {
    const worker = new FakeWorker(undefined, { plugins: [{ cachedResponseWillBeUsed: async () => null }] })
    fresh(worker)
    await worker.ask('/a')
    expect((await worker.ask('/a')).did).toBe('SW; fwd=uri-miss; stored')
  })

  it('choose the key', async () => {
    const worker = new FakeWorker(undefined, {
      plugins: [{ cacheKeyWillBeUsed: async ({ request }) => request.url.split('?')[0] ?? request.url }],
    })
    fresh(worker)
    await worker.ask('/a?utm_source=x')
    expect((await worker.ask('/a?utm_source=y')).did).toBe('SW; hit; ttl=60')
  })

  it('see and change what goes over the network', async () => {
    const worker = new FakeWorker(undefined, {
      plugins: [
        {
          requestWillFetch: async ({ request }) => new Request(request, { headers: { 'X-Added': 'yes' } }),
          fetchDidSucceed: async ({ response }) => new Response(`${await response.text()}!`, response),
        },
      ],
    })
    fresh(worker)
    expect((await worker.ask('/a')).body).toBe('body!')
    expect(worker.platform.fetched[0]?.headers.get('x-added')).toBe('yes')
  })

  it('rescue a failed request', async () => {
    const worker = new FakeWorker(undefined, {
      plugins: [{ handlerDidError: async () => new Response('rescued') }],
    })
    worker.platform.network = () => {
      throw new TypeError('Failed to fetch')
    }
    expect((await worker.ask('/a')).body).toBe('rescued')
  })
})
