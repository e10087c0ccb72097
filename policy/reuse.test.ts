import { describe, expect, it } from 'vitest'
import { assess } from './freshness.ts'
import { type ReuseQuestion, decideReuse } from './reuse.ts'

const NOW = 1_000_000_000

/** A response of that many seconds' age, asked for with those request fields. */
const decide = (
  cacheControl: string,
  ageSeconds: number,
  request: Record<string, string> = {},
  rest: Partial<Pick<ReuseQuestion, 'cacheType' | 'profile'>> = {},
) => {
  const at = NOW - ageSeconds * 1_000
  return decideReuse({
    requestHeaders: new Headers(request),
    stored: assess(
      {
        status: 200,
        headers: new Headers({ 'cache-control': cacheControl }),
        requestTimeMs: at,
        responseTimeMs: at,
      },
      rest.cacheType ?? 'private',
    ),
    nowMs: NOW,
    cacheType: 'private',
    ...rest,
  })
}

describe('a fresh response', () => {
  it('answers, and says how long it still may', () => {
    expect(decide('max-age=60', 10)).toEqual({ kind: 'fresh', age: 10, ttl: 50, rule: 'reuse-fresh' })
  })

  it.each([
    ['§5.2.2.4: no-cache', 'max-age=60, no-cache', {}, 'reuse-no-cache'],
    [
      '§5.2.1.4: the client says no-cache',
      'max-age=60',
      { 'cache-control': 'no-cache' },
      'reuse-request-no-cache',
    ],
    [
      '§5.4: or Pragma, with no Cache-Control beside it',
      'max-age=60',
      { pragma: 'no-cache' },
      'reuse-request-no-cache',
    ],
    [
      '§5.2.1.1: it is older than the client wants',
      'max-age=60',
      { 'cache-control': 'max-age=5' },
      'reuse-request-max-age',
    ],
    [
      '§5.2.1.1: the client wants nothing but what is new, however young this is',
      'max-age=60',
      { 'cache-control': 'max-age=0' },
      'reuse-request-max-age',
      0,
    ],
    [
      '§5.2.1.3: it will not be fresh for long enough',
      'max-age=60',
      { 'cache-control': 'min-fresh=55' },
      'reuse-request-min-fresh',
    ],
  ])('is validated first when RFC 9111 %s', (_, cacheControl, request, rule, ageSeconds = 10) => {
    expect(decide(cacheControl, ageSeconds, request as Record<string, string>)).toMatchObject({
      kind: 'revalidate',
      rule,
    })
  })

  it.each([{ 'cache-control': 'max-age=10' }, { 'cache-control': 'min-fresh=50' }])(
    'RFC 9111 §5.2.1: answers a client that asks for no more than it is: %o',
    (request) => {
      expect(decide('max-age=60', 10, request).kind).toBe('fresh')
    },
  )

  it.each([
    ['no-cache', true],
    ['x, no-cache', true],
    ['NO-CACHE,x', true],
    ['x no-cache\ty', true],
    ['x-no-cache', false],
    ['no-cached', false],
    ['', false],
  ])('RFC 9111 §5.4: Pragma %j, by whole directives: validated first is %s', (pragma, isAsked) => {
    expect(decide('max-age=60', 10, { pragma }).kind).toBe(isAsked ? 'revalidate' : 'fresh')
  })

  it.each([
    { 'cache-control': 'no-cache' },
    { 'cache-control': 'max-age=0' },
    { 'cache-control': 'min-fresh=99' },
    { pragma: 'no-cache' },
  ])('in a shared cache is not asked for again on the word of one client: %o', (request) => {
    expect(decide('max-age=60', 10, request, { cacheType: 'shared' }).kind).toBe('fresh')
    const byTheLetter = decide('max-age=60', 10, request, { cacheType: 'shared', profile: 'rfc9111' })
    expect(byTheLetter.kind).toBe('revalidate')
  })

  it('RFC 5861 §4: may stand in for a failure, when only the client wanted a new one', () => {
    const request = { 'cache-control': 'no-cache' }
    expect(decide('max-age=60', 59, request)).toMatchObject({ kind: 'revalidate', staleIfError: true })
    expect(decide('max-age=60', 60, request)).toMatchObject({ kind: 'revalidate', staleIfError: false })
  })

  it('RFC 9111 §5.4: answers although Pragma says no-cache, when Cache-Control says otherwise', () => {
    const request = { pragma: 'no-cache', 'cache-control': 'max-age=999' }
    expect(decide('max-age=60', 10, request).kind).toBe('fresh')
  })
})

describe('a stale response', () => {
  it('RFC 5861 §3: answers inside stale-while-revalidate, up to the last second', () => {
    expect(decide('max-age=10, stale-while-revalidate=5', 15)).toMatchObject({
      kind: 'stale-while-revalidate',
      ttl: -5,
    })
    expect(decide('max-age=10, stale-while-revalidate=5', 16).kind).toBe('revalidate')
  })

  it('RFC 5861 §4: may stand in for a failure inside stale-if-error', () => {
    expect(decide('max-age=10, stale-if-error=5', 15)).toMatchObject({
      kind: 'revalidate',
      staleIfError: true,
    })
    expect(decide('max-age=10, stale-if-error=5', 16)).toMatchObject({
      staleIfError: false,
      staleIfDisconnected: true,
    })
  })

  it.each(['must-revalidate', 'no-cache'])('RFC 9111 §4.2.4: never answers under %s', (directive) => {
    const decision = decide(`max-age=10, ${directive}, stale-while-revalidate=99, stale-if-error=99`, 15)
    expect(decision).toMatchObject({ kind: 'revalidate', staleIfError: false, staleIfDisconnected: false })
  })

  it('RFC 9111 §5.2.1.2: answers a client that takes it with max-stale', () => {
    expect(decide('max-age=10', 15, { 'cache-control': 'max-stale=5' })).toMatchObject({
      kind: 'fresh',
      ttl: -5,
    })
    expect(decide('max-age=10', 15, { 'cache-control': 'max-stale=4' }).kind).toBe('revalidate')
  })

  it('RFC 9111 §5.2.1.7: can not satisfy only-if-cached', () => {
    expect(decide('max-age=10', 15, { 'cache-control': 'only-if-cached' }).kind).toBe('unsatisfiable')
  })

  it('s-maxage forbids it by the letter, and lets a window beside it live in `safe`', () => {
    const cacheControl = 's-maxage=10, stale-while-revalidate=60'
    expect(decide(cacheControl, 15, {}, { cacheType: 'shared', profile: 'rfc9111' }).kind).toBe('revalidate')
    expect(decide(cacheControl, 15, {}, { cacheType: 'shared' }).kind).toBe('stale-while-revalidate')
    expect(decide('s-maxage=10, stale-if-error=60', 15, {}, { cacheType: 'shared' })).toMatchObject({
      staleIfError: true,
    })
  })

  it.each(['s-maxage=10', 'max-age=10, proxy-revalidate'])(
    'RFC 9111 §5.2.2.10, §5.2.2.8: never answers for a shared cache under %s, nor while disconnected',
    (cacheControl) => {
      expect(decide(cacheControl, 15, { 'cache-control': 'max-stale' }, { cacheType: 'shared' })).toEqual({
        kind: 'revalidate',
        rule: 'reuse-must-revalidate',
        age: 15,
        ttl: -5,
        staleIfError: false,
        staleIfDisconnected: false,
      })
    },
  )

  it('RFC 5861 §4: stands in for a failure for as long as the client says, where the server says nothing', () => {
    const request = { 'cache-control': 'stale-if-error=5' }
    expect(decide('max-age=10', 15, request)).toMatchObject({ staleIfError: true })
    expect(decide('max-age=10', 16, request)).toMatchObject({ staleIfError: false })
    expect(decide('max-age=10, stale-if-error=4', 15, request)).toMatchObject({ staleIfError: false })
  })

  it('has no window of 0 seconds, and is stale in the second in which it expires', () => {
    expect(decide('max-age=10, stale-while-revalidate=0', 10)).toMatchObject({ kind: 'revalidate', ttl: 0 })
  })
})
