import { describe, expect, it } from 'vitest'
import { definePolicies, findPolicy } from './define-policies.ts'
import { parseDuration, parseSeconds } from './duration.ts'
import { isThermoclineError } from './errors.ts'
import { ALWAYS_VALIDATED, NOT_STORED, policyHeaders } from './policy-headers.ts'
import { immutable, noStore, privateData, publicData, revalidate } from './presets.ts'

// Policies are made inside the tests: one that is made beside them could fail none.
describe('a policy becomes headers', () => {
  it.each([
    ['immutable', () => immutable(), { 'Cache-Control': 'public, max-age=31536000, immutable' }],
    ['revalidate', () => revalidate(), { 'Cache-Control': 'no-cache' }],
    [
      'revalidate, with a CDN that is purged',
      () => revalidate({ cdn: '5m' }),
      { 'Cache-Control': 'no-cache', 'CDN-Cache-Control': 'max-age=300' },
    ],
    [
      'privateData',
      () => privateData({ browser: '1m' }),
      { 'Cache-Control': 'private, max-age=60', Vary: 'Cookie' },
    ],
    ['noStore', () => noStore(), { 'Cache-Control': 'private, no-store' }],
    [
      'privateData, with windows and fields of its own',
      () =>
        privateData({ staleWhileRevalidate: '5s', staleIfError: '1m', vary: ['Accept-Language', 'Cookie'] }),
      {
        'Cache-Control': 'private, max-age=0, stale-while-revalidate=5, stale-if-error=60',
        Vary: 'Cookie, Accept-Language',
      },
    ],
    [
      'publicData, with all that it takes',
      () =>
        publicData({
          browser: '2m',
          cdn: 0,
          staleWhileRevalidate: 0,
          staleIfError: '2m',
          vary: ['Accept', 'X-A'],
        }),
      {
        'Cache-Control': 'public, max-age=120, stale-if-error=120',
        'CDN-Cache-Control': 'max-age=0, stale-if-error=120',
        Vary: 'Accept, X-A',
      },
    ],
    [
      'publicData',
      () => publicData({ staleIfError: 0 }),
      {
        'Cache-Control': 'public, max-age=60, stale-while-revalidate=60',
        'CDN-Cache-Control': 'max-age=300, stale-while-revalidate=60',
      },
    ],
  ])('%s', (_, make, expected) => {
    expect(policyHeaders(make())).toEqual(expected)
  })

  it('lists groups as RFC 9875 strings, once each', () => {
    expect(policyHeaders(publicData(), ['a', 'b', 'a'])['Cache-Groups']).toBe('"a", "b"')
    expect(() => policyHeaders(publicData(), ['A:b'])).toThrow(/not portable/)
    expect(policyHeaders(noStore(), ['a'])).toEqual({ 'Cache-Control': 'private, no-store' })
  })

  it('says what a response says that nobody may keep, or only with asking', () => {
    expect(NOT_STORED).toEqual({ 'Cache-Control': 'private, no-store' })
    expect(ALWAYS_VALIDATED).toEqual({ 'Cache-Control': 'no-cache' })
  })
})

const NOTHING_KEPT = {
  browserMs: 0,
  cdnMs: undefined,
  l1Ms: 0,
  l2Ms: 0,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 0,
  vary: [],
  hashedPath: undefined,
}

describe('what is not said has a default', () => {
  it.each([
    ['noStore', () => noStore(), { kind: 'no-store' }],
    ['revalidate', () => revalidate(), { kind: 'revalidate' }],
    ['privateData', () => privateData(), { kind: 'private', vary: ['Cookie'] }],
    [
      'publicData',
      () => publicData(),
      {
        kind: 'public',
        browserMs: 60_000,
        cdnMs: 300_000,
        l1Ms: 60_000,
        l2Ms: 300_000,
        staleWhileRevalidateMs: 60_000,
        staleIfErrorMs: 86_400_000,
      },
    ],
  ])('%s', (_, make, expected) => {
    const policy = make()
    expect(policy).toEqual({ ...NOTHING_KEPT, ...expected })
    expect(Object.isFrozen(policy)).toBe(true)
  })

  it('immutable keeps hashed files for a year', () => {
    const { hashedPath, ...rest } = immutable()
    expect({ ...rest, hashedPath: undefined }).toEqual({
      ...NOTHING_KEPT,
      kind: 'immutable',
      browserMs: 31_536_000_000,
    })
    expect(hashedPath).toBeInstanceOf(RegExp)
    expect(Object.isFrozen(immutable())).toBe(true)
  })
})

describe('what is said counts', () => {
  it('keeps the data of one user in the tiers as long as it says', () => {
    expect(privateData({ browser: '1m', l1: '10s', l2: 500 + 9_500 })).toMatchObject({
      browserMs: 60_000,
      l1Ms: 10_000,
      l2Ms: 10_000,
    })
  })

  it('takes a value in L1 without L2', () => {
    expect(publicData({ l1: '1h', l2: 0 })).toMatchObject({ l1Ms: 3_600_000, l2Ms: 0 })
    expect(publicData({ l1: 500, l2: 1_500 })).toMatchObject({ l1Ms: 500, l2Ms: 1_500 })
  })

  it('takes pages that a CDN keeps, by field', () => {
    expect(revalidate({ cdn: '1m', vary: ['Accept'] })).toMatchObject({ cdnMs: 60_000, vary: ['Accept'] })
    expect(revalidate({ cdn: 0 }).cdnMs).toBe(0)
  })

  it('takes a lifetime and a pattern for hashed files, and finds each of them, whatever its flags', () => {
    const { hashedPath, browserMs } = immutable({ maxAge: '30d', hashedPath: /^\/BUILD\//giy })
    expect(browserMs).toBe(2_592_000_000)
    expect([1, 2, 3].map(() => hashedPath?.test('/build/a.js'))).toEqual([true, true, true])
    expect(hashedPath?.test('/a.js')).toBe(false)
  })

  it('keeps its own list of fields', () => {
    const vary = ['Accept']
    const policy = publicData({ vary })
    vary.push('Cookie')
    expect(policy.vary).toEqual(['Accept'])
    expect(Object.isFrozen(policy.vary)).toBe(true)
  })
})

describe('a contradiction is an error at start-up that says what to write', () => {
  it.each([
    [() => publicData({ l1: '10m', l2: '5m' }), 'policy-conflict', /Make `l1` at most `l2`/],
    [() => privateData({ cdn: '1m' } as object), 'policy-conflict', /Leave `cdn` out/],
    [() => publicData({ brwser: '1m' } as object), 'option-invalid', /no option `brwser`.*`browser`/],
    [() => privateData({ l1: '10m', l2: '5m' }), 'policy-conflict', /private policy/],
    [() => privateData({ brwser: '1m' } as object), 'option-invalid', /no option `brwser`/],
    [() => revalidate({ brwser: '1m' } as object), 'option-invalid', /no option `brwser`.*`cdn`, `vary`/],
    [
      () => immutable({ brwser: '1m' } as object),
      'option-invalid',
      /no option `brwser`.*`maxAge`, `hashedPath`/,
    ],
    [() => publicData(null as never), 'option-invalid', /given null/],
    [() => revalidate('5m' as never), 'option-invalid', /given "5m"/],
    [() => immutable({ hashedPath: '/build/' as never }), 'option-invalid', /`hashedPath` is "\/build\/"/],
    [() => publicData({ vary: ['Accept', '*'] }), 'option-invalid', /`vary` holds "\*"/],
    [() => publicData({ vary: ['A B'] }), 'option-invalid', /`vary` holds "A B"/],
    [() => publicData({ vary: [''] }), 'option-invalid', /`vary` holds ""/],
    [() => publicData({ cdn: 'soon' }), 'duration-invalid', /`cdn` is "soon"/],
    [() => publicData({ l1: 'soon' }), 'duration-invalid', /`l1` is "soon"/],
    [() => publicData({ l2: 'soon' }), 'duration-invalid', /`l2` is "soon"/],
    [() => publicData({ staleWhileRevalidate: 'soon' }), 'duration-invalid', /`staleWhileRevalidate` is/],
    [() => publicData({ staleIfError: 'soon' }), 'duration-invalid', /`staleIfError` is "soon"/],
    [() => privateData({ browser: 'soon' }), 'duration-invalid', /`browser` is "soon"/],
    [() => privateData({ l1: 'soon' }), 'duration-invalid', /`l1` is "soon"/],
    [() => privateData({ l2: 'soon' }), 'duration-invalid', /`l2` is "soon"/],
    [() => privateData({ staleWhileRevalidate: 'soon' }), 'duration-invalid', /`staleWhileRevalidate` is/],
    [() => privateData({ staleIfError: 'soon' }), 'duration-invalid', /`staleIfError` is "soon"/],
    [() => immutable({ maxAge: 'soon' }), 'duration-invalid', /`maxAge` is "soon"/],
    [() => revalidate({ cdn: 'soon' }), 'duration-invalid', /`cdn` is "soon"/],
    [() => definePolicies(null as never), 'option-invalid', /policies are null/],
    [() => definePolicies('page' as never), 'option-invalid', /policies are "page"/],
    [() => definePolicies([noStore()] as never), 'option-invalid', /policies are an array of 1/],
    [() => definePolicies({ page: null as never }), 'option-invalid', /`page` is null/],
    [() => definePolicies({ page: 'no-store' as never }), 'option-invalid', /`page` is "no-store"/],
    [() => definePolicies({ page: { browserMs: 1 } as never }), 'option-invalid', /`page` is an object/],
    [() => definePolicies({ page: { kind: 'public' } as never }), 'option-invalid', /`page` is an object/],
    [() => findPolicy({}, 'a'), 'policy-unknown', /no policy "a": none were given.*createTieredCache/],
    [() => findPolicy({ a: noStore(), b: noStore() }, 'c'), 'policy-unknown', /Defined are: a, b/],
    [() => publicData({ browser: '500ms' }), 'duration-invalid', /whole seconds/],
    [() => publicData({ vary: 'Accept' as never }), 'option-invalid', /array of request field names/],
    [() => definePolicies({ page: { maxAge: 5 } as never }), 'option-invalid', /`page` is an object.*preset/],
    [() => findPolicy({ a: noStore() }, 'toString'), 'policy-unknown', /Defined are: a/],
  ])('%#', (attempt, code, message) => {
    expect(attempt).toThrow(message)
    try {
      attempt()
    } catch (error) {
      expect(isThermoclineError(error) && error.code).toBe(code)
    }
  })
})

it('finds a policy by its name', () => {
  const policies = definePolicies({ page: revalidate(), secret: noStore() })
  expect(findPolicy(policies, 'secret')).toBe(policies.secret)
  expect(Object.isFrozen(policies)).toBe(true)
})

it('keeps L1 at a third of L2 unless told otherwise', () => {
  expect(publicData({ l2: '30s' }).l1Ms).toBe(10_000)
  expect(publicData({ l2: '1h' }).l1Ms).toBe(60_000)
  expect(publicData({ l2: '30s', l1: '30s' }).l1Ms).toBe(30_000)
})

it.each([
  ['90s', 90_000],
  ['5 minutes', 300_000],
  ['1h 30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['250ms', 250],
  ['250 MSEC', 250],
  ['2 milliseconds', 2],
  ['1 second 2 sec', 3_000],
  [' 3min ', 180_000],
  ['1 minute', 60_000],
  ['2 hours', 7_200_000],
  ['1 day', 86_400_000],
  ['2d', 172_800_000],
  ['1 week', 604_800_000],
  ['2w', 1_209_600_000],
  ['1 year', 31_536_000_000],
  ['1y', 31_536_000_000],
  ['12.25s', 12_250],
  ['0.0006s', 1],
  [0, 0],
  [1, 1],
])('reads the duration %j', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

it.each([
  '',
  '5',
  'soon',
  ' ',
  '1.s',
  '.5s',
  '1,5s',
  'x 5s',
  null as never,
  [5] as never,
  '5 parsecs',
  '-1s',
  '1m and a bit',
  Number.NaN,
  -1,
  1.5,
  Number.POSITIVE_INFINITY,
  'constructor',
  '5 toString',
])('refuses the duration %j', (text) => {
  expect(() => parseDuration(text)).toThrow(/no length of time/)
})

it('counts HTTP lifetimes in whole seconds', () => {
  expect(parseSeconds('2m')).toBe(120)
  expect(() => parseSeconds(1_500)).toThrow(/`duration` is 1500, .*whole seconds/)
  expect(() => parseSeconds(1_500, 'cdn')).toThrow(/`cdn` is 1500/)
  expect(() => parseDuration('soon')).toThrow(/`duration` is "soon"/)
})

it.each([
  ['/assets/index-BcD123_x.js', true],
  ['/pictures/red-apple-1a2b3c4d-240.webp', true],
  ['/logo.3f9a1c22.svg', true],
  ['/app.js', false],
  ['/style-light-theme.css', false],
  ['/-B9zx1Qk2', false],
  ['/app-B9zx1Qk.js', false],
  ['/app-B9zx1Qk2.js', true],
  ['/app-B9zx1Qk2.js?x', false],
  ['/app-BzxxQkkq.woff2', true],
  ['/app_B9zx1Qk2.js', false],
])('takes %s for hashed: %s', (path, isHashed) => {
  expect(immutable().hashedPath?.test(path)).toBe(isHashed)
})
