import { describe, expect, it } from 'vitest'
import './worker.fake.ts'
import { createAsk, mustPassThrough } from './ask.ts'
import { FakePlatform } from './platform.fake.ts'
import { describeVariation, variantOf } from './variant.ts'

const url = 'https://shop.example/a#part'
const ask = (init?: RequestInit, at = url) => {
  const request = new Request(at, init)
  return createAsk(request, undefined as never, request.url, 0, new FakePlatform())
}

describe('what is none of a cache’s business', () => {
  it.each([
    ['an event stream', { headers: { Accept: 'text/event-stream' } }],
    ['a precondition that only the origin knows', { headers: { 'If-Match': '"1"' } }],
    ['its elder sister', { headers: { 'If-Unmodified-Since': 'Sun, 06 Nov 1994 08:49:37 GMT' } }],
    ['OPTIONS', { method: 'OPTIONS' }],
  ])('%s', (_name, init) => {
    expect(mustPassThrough(new Request(url, init))).toBe(true)
  })

  it.each([
    ['a plain GET', {}],
    ['HEAD', { method: 'HEAD' }],
    ['a range', { headers: { Range: 'bytes=0-1' } }],
    ['a precondition of the page', { headers: { 'If-None-Match': '"1"' } }],
  ])('is not %s', (_name, init) => {
    expect(mustPassThrough(new Request(url, init))).toBe(false)
  })
})

describe('a request', () => {
  it('has no fragment in its key', async () => {
    expect((await ask()).url).toBe('https://shop.example/a')
  })

  it.each([
    ['no-cache', 'no-cache'],
    ['force-cache', 'max-stale'],
    ['default', null],
    ['reload', null],
  ] as const)('with the cache mode %s asks for %s', async (cache, directive) => {
    expect((await ask({ cache })).headers.get('Cache-Control')).toBe(directive)
  })

  it('carries cookies to its own origin unless told not to, and to others only when told to', async () => {
    const other = 'https://cdn.example/a'
    expect((await ask()).hasCredentials).toBe(true)
    expect((await ask({ credentials: 'omit' })).hasCredentials).toBe(false)
    expect((await ask({}, other)).hasCredentials).toBe(false)
    expect((await ask({ credentials: 'include' }, other)).hasCredentials).toBe(true)
  })
})

describe('Vary', () => {
  it.each([
    ['*', undefined],
    ['Accept, *', undefined],
    ['Sec-CH-UA-Mobile', undefined],
    ['Referer', undefined],
    [null, { varyBy: [], isPerUser: false }],
    ['Accept-Encoding, Origin', { varyBy: [], isPerUser: false }],
    ['Cookie', { varyBy: [], isPerUser: true }],
    ['Accept, Authorization', { varyBy: ['accept'], isPerUser: true }],
    ['X-Colour, Accept-Language', { varyBy: ['accept-language', 'x-colour'], isPerUser: false }],
  ])('%s', async (vary, variation) => {
    expect(describeVariation(vary, await ask())).toEqual(variation)
  })

  it('takes the browser’s languages where the request does not show them', async () => {
    const byLanguage = variantOf(await ask(), ['accept-language'])
    expect(byLanguage).toBe(
      variantOf(await ask({ headers: { 'Accept-Language': 'de-CH, en' } }), ['accept-language']),
    )
    expect(byLanguage).not.toBe(
      variantOf(await ask({ headers: { 'Accept-Language': 'fr' } }), ['accept-language']),
    )
  })

  it('of another origin is assumed, since it is not shown', async () => {
    const variation = describeVariation(null, await ask({}, 'https://cdn.example/a'))
    expect(variation?.varyBy).toEqual(['accept', 'accept-language'])
  })
})
