import { describe, expect, it } from 'vitest'
import './worker.fake.ts'
import { createAsk } from './ask.ts'
import { toNetworkRequest } from './network-request.ts'
import { FakePlatform } from './platform.fake.ts'
import type { StoredEntry } from './stored-entry.ts'

const ask = (request: Request) => createAsk(request, undefined as never, request.url, 0, new FakePlatform())

const stored: StoredEntry = {
  partition: '',
  variant: '',
  id: 'x',
  status: 200,
  statusText: '',
  headers: [
    ['etag', '"1"'],
    ['last-modified', 'Thu, 01 Jan 2026 00:00:00 GMT'],
  ],
  requestTimeMs: 0,
  responseTimeMs: 0,
  size: 0,
}

describe('to the own origin', () => {
  it('goes past the browser’s cache, but not past the caches behind it', async () => {
    const request = toNetworkRequest(
      await ask(new Request('https://shop.example/a', { headers: { Accept: 'text/css' } })),
    )
    expect(Object.fromEntries(request.headers)).toEqual({
      accept: 'text/css',
      'cache-control': 'max-age=31536000',
      pragma: '',
    })
    expect(request).toMatchObject({ cache: 'no-store', mode: 'same-origin', redirect: 'manual' })
  })

  it('validates with what is stored', async () => {
    const request = toNetworkRequest(await ask(new Request('https://shop.example/a')), stored)
    expect(Object.fromEntries(request.headers)).toEqual({
      'cache-control': 'max-age=0',
      'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT',
      'if-none-match': '"1"',
      pragma: '',
    })
  })

  it('keeps the directives and the credentials that the page chose', async () => {
    const init = { headers: { 'Cache-Control': 'no-transform' }, credentials: 'omit' } as const
    const request = toNetworkRequest(await ask(new Request('https://shop.example/a', init)))
    expect(request.headers.get('cache-control')).toBe('no-transform')
    expect(request.credentials).toBe('omit')
  })

  it.each([
    ['reload', 'no-cache'],
    ['no-store', 'no-cache'],
    ['no-cache', 'max-age=31536000'],
  ] as const)('in the cache mode %s sends %s on a miss', async (cache, directive) => {
    const request = toNetworkRequest(await ask(new Request('https://shop.example/a', { cache })))
    expect(request.headers.get('cache-control')).toBe(directive)
  })
})

it('to another origin adds no header field, and lets the browser’s cache validate', async () => {
  const request = toNetworkRequest(
    await ask(new Request('https://cdn.example/a', { headers: { Accept: '*/*' } })),
    stored,
  )
  expect(Object.fromEntries(request.headers)).toEqual({ accept: '*/*' })
  expect(request.cache).toBe('no-cache')
})
