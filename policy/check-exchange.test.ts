import { describe, expect, it } from 'vitest'
import type { Exchange } from './exchange.ts'
import { explain } from './explain.ts'

const good: Exchange = {
  request: { method: 'GET', url: 'https://shop.example/products/42', headers: new Headers() },
  response: { status: 200, headers: new Headers(), requestTimeMs: 0, responseTimeMs: 0 },
  cacheType: 'shared',
}

describe('an exchange that is none', () => {
  it.each<[string, object | undefined]>([
    ['`explain` was given undefined', undefined],
    ['`request` is undefined', {}],
    ['`explain` has no option `type`', { ...good, type: 'shared' }],
    ["`cacheType` is \"cdn\". Use 'private' or 'shared'", { ...good, cacheType: 'cdn' }],
    ['`profile` is "foo"', { ...good, profile: 'foo' }],
    ['`profile` is "toString"', { ...good, profile: 'toString' }],
    ['`profile` is an object', { ...good, profile: { storesSetCookie: true } }],
    ['`targets` is "cdn-cache-control"', { ...good, targets: 'cdn-cache-control' }],
    ['`nowMs` is NaN', { ...good, nowMs: Number.NaN }],
    ['`request.method` is undefined', { ...good, request: { ...good.request, method: undefined } }],
    [
      '`request.headers` is an object. Give `new Headers',
      { ...good, request: { ...good.request, headers: {} } },
    ],
    ['`response.headers` is an object', { ...good, response: { ...good.response, headers: {} } }],
    ['`response.status` is "200"', { ...good, response: { ...good.response, status: '200' } }],
    [
      '`response.responseTimeMs` is undefined',
      { ...good, response: { ...good.response, responseTimeMs: undefined } },
    ],
    ['`response.bodyBytes` is -1', { ...good, response: { ...good.response, bodyBytes: -1 } }],
  ])('is refused: %s', (message, given) => {
    const thrown = (() => {
      try {
        return explain(given as Exchange)
      } catch (error) {
        return error
      }
    })()
    expect(thrown).toMatchObject({
      code: 'option-invalid',
      message: expect.stringContaining(message) as string,
    })
  })
})
