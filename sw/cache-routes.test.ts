import './worker.fake.ts'
import { describe, expect, it, vi } from 'vitest'
import { createCacheRoutes } from './cache-routes.ts'
import { HttpCache } from './http-cache.ts'
import { FakePlatform } from './platform.fake.ts'

const SHOP = 'https://shop.example'

/** Which route takes a request, by its method; `undefined` where it stays with the browser. */
function taker(request: Request, matches?: () => boolean) {
  const cache = new HttpCache({ platform: new FakePlatform() })
  const invalidate = vi.spyOn(cache, 'invalidate')
  const url = new URL(request.url)
  const event = { waitUntil() {} } as unknown as ExtendableEvent
  const options = { event, request, url, sameOrigin: url.origin === SHOP }
  const route = createCacheRoutes(cache, matches)
    .filter(({ method }) => method === request.method)
    .find(({ match }) => match(options))
  return { method: route?.method, dropped: invalidate.mock.calls.flat() }
}

describe('the routes of a cache', () => {
  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])('take %s', (method) => {
    expect(taker(new Request(`${SHOP}/a`, { method })).method).toBe(method)
  })

  it('take a part of a response', () => {
    expect(taker(new Request(`${SHOP}/a`, { headers: { range: 'bytes=0-1' } })).method).toBe('GET')
  })

  it.each([
    { accept: 'text/event-stream' },
    { 'if-match': '"x"' },
    { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
  ])('leave %j to the browser', (headers) => {
    expect(taker(new Request(`${SHOP}/a`, { headers })).method).toBeUndefined()
  })

  it('leave an unsafe request that must outlive the page to the browser, and drop its URL', () => {
    const request = new Request(`${SHOP}/a`, { method: 'POST', keepalive: true })
    expect(taker(request)).toEqual({ method: undefined, dropped: [`${SHOP}/a`] })
  })

  it('leave other origins alone unless they are told otherwise', () => {
    expect(taker(new Request('https://cdn.example/a')).method).toBeUndefined()
    expect(taker(new Request('https://cdn.example/a'), () => true).method).toBe('GET')
    expect(taker(new Request(`${SHOP}/a`), () => false).method).toBeUndefined()
  })
})
