import { describe, expect, it } from 'vitest'
import { definePolicies, findPolicy } from './define-policies.ts'
import { parseDuration, parseSeconds } from './duration.ts'
import { isThermoclineError } from './errors.ts'
import { policyHeaders } from './policy-headers.ts'
import { immutable, noStore, privateData, publicData, revalidate } from './presets.ts'

describe('a policy becomes headers', () => {
  it.each([
    ['immutable', immutable(), { 'Cache-Control': 'public, max-age=31536000, immutable' }],
    ['revalidate', revalidate(), { 'Cache-Control': 'no-cache' }],
    [
      'revalidate, with a CDN that is purged',
      revalidate({ cdn: '5m' }),
      { 'Cache-Control': 'no-cache', 'CDN-Cache-Control': 'max-age=300' },
    ],
    [
      'privateData',
      privateData({ browser: '1m' }),
      { 'Cache-Control': 'private, max-age=60', Vary: 'Cookie' },
    ],
    ['noStore', noStore(), { 'Cache-Control': 'private, no-store' }],
    [
      'publicData',
      publicData({ staleIfError: 0 }),
      {
        'Cache-Control': 'public, max-age=60, stale-while-revalidate=60',
        'CDN-Cache-Control': 'max-age=300, stale-while-revalidate=60',
      },
    ],
  ])('%s', (_, policy, expected) => {
    expect(policyHeaders(policy)).toEqual(expected)
  })

  it('lists groups as RFC 9875 strings, once each', () => {
    expect(policyHeaders(publicData(), ['a', 'b', 'a'])['Cache-Groups']).toBe('"a", "b"')
    expect(() => policyHeaders(publicData(), ['A:b'])).toThrow(/not portable/)
  })
})

describe('a contradiction is an error at start-up that says what to write', () => {
  it.each([
    [() => publicData({ l1: '10m', l2: '5m' }), 'policy-conflict', /Make `l1` at most `l2`/],
    [() => privateData({ cdn: '1m' } as object), 'policy-conflict', /Leave `cdn` out/],
    [() => publicData({ brwser: '1m' } as object), 'option-invalid', /no option `brwser`.*`browser`/],
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
  [0, 0],
])('reads the duration %j', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

it.each([
  '',
  '5',
  'soon',
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
  expect(() => parseSeconds(1_500)).toThrow(/whole seconds/)
})

it.each([
  ['/assets/index-BcD123_x.js', true],
  ['/pictures/red-apple-1a2b3c4d-240.webp', true],
  ['/logo.3f9a1c22.svg', true],
  ['/app.js', false],
  ['/style-light-theme.css', false],
  ['/-B9zx1Qk2', false],
])('takes %s for hashed: %s', (path, isHashed) => {
  expect(immutable().hashedPath?.test(path)).toBe(isHashed)
})
