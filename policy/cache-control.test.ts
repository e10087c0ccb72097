import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { property } from '../test/support/property.ts'
import { formatCacheControl, parseCacheControl, parseDeltaSeconds } from './cache-control.ts'

describe('parseCacheControl', () => {
  it.each([
    ['RFC 9111 §5.2: names are case-insensitive', 'Max-Age=60, NO-CACHE', { maxAge: 60, noCache: true }],
    ['RFC 9111 §5.2: a quoted argument counts as the token', 'max-age="60"', { maxAge: 60 }],
    ['RFC 9111 §4.2.1: of a repeated directive the first counts', 'max-age=1, max-age=2', { maxAge: 1 }],
    ['RFC 9111 §1.2.2: saturates at 2^31', 'max-age=99999999999', { maxAge: 2_147_483_648 }],
    [
      'what is no delta-seconds is stale',
      'max-age=abc, s-maxage=-1, stale-if-error=1.5',
      { maxAge: 0, sMaxage: 0, staleIfError: 0 },
    ],
    ['RFC 9111 §5.2.1.2: bare max-stale', 'max-stale', { maxStale: Number.POSITIVE_INFINITY }],
    [
      'RFC 9111 §5.2.2.4: qualified forms',
      'no-cache="Set-Cookie, X-A", private',
      { noCache: ['set-cookie', 'x-a'], private: true },
    ],
    [
      'a comma inside quotes separates nothing',
      'private="a, max-age=9", max-age=1',
      { private: ['a', 'max-age=9'], maxAge: 1 },
    ],
    ['RFC 9111 §5.2.3: unknown directives are ignored', 'community="UCI", foo, max-age=5', { maxAge: 5 }],
    [
      'a malformed member hides nothing behind it',
      '@, "x", no-store, =, private',
      { noStore: true, private: true },
    ],
    [
      'what forbids counts without its comma',
      'max-age=60 Private, s-maxage="1" no-store x NO-CACHE',
      { maxAge: 60, private: true, sMaxage: 1, noStore: true, noCache: true },
    ],
    [
      'what forbids counts behind an unknown directive',
      'x; private, foo = no-store',
      { private: true, noStore: true },
    ],
    ['what forbids counts behind what is no token', '=private, @no-cache', { private: true, noCache: true }],
    ['what forbids counts in quotes of its own', '"private", max-age=60', { private: true, maxAge: 60 }],
    ['what forbids counts more than a qualified form', 'private="a" private', { private: true }],
    ['what only sounds like it', 'max-age=60, privateer, no-stores, x-no-cache', { maxAge: 60 }],
    ['no argument of another directive', 'x=private, y="no-store"', {}],
    ['the unqualified form wins', 'no-cache="x", no-cache', { noCache: true }],
    ['empty members', ', ,max-age=5,,', { maxAge: 5 }],
    ['a wider form counts before a narrower one', 'private, private="a"', { private: true }],
    ['the first of two qualified forms', 'private="a", private="b"', { private: ['a'] }],
    ['a qualified form as a token', 'no-cache=Set-Cookie', { noCache: ['set-cookie'] }],
    ['a qualified form that names nothing', 'no-cache=" , ", private=', { noCache: true, private: true }],
    ['an escape inside quotes', String.raw`max-age="\6\0", private="a\"b"`, { maxAge: 60, private: ['a"b'] }],
    [
      'a comma behind an escaped quote separates nothing',
      String.raw`x="a\", max-age=1", max-age=2`,
      { maxAge: 2 },
    ],
    ['a string that is never closed', 'x="a, max-age=1', { maxAge: 1 }],
    ['a flag with an argument', 'no-store=1, public="a"', { noStore: true, public: true }],
    ['a number behind white space', 'max-age= 60', { maxAge: 0 }],
    ['no number at all', 'max-age, min-fresh, max-stale=', { maxAge: 0, minFresh: 0, maxStale: 0 }],
    ['a number with something behind it', 'max-age=60s, s-maxage=60x, x', { maxAge: 0, sMaxage: 0 }],
    ['what follows an argument in vain', 'max-age=60 x, no-store y', { maxAge: 60, noStore: true }],
    ['another first', 'x max-age=60', {}],
    ['tabs and spaces', '\tmax-age=60\t,\t no-store ', { maxAge: 60, noStore: true }],
    [
      'every directive of a request',
      'no-cache, no-store, max-age=1, max-stale=2, min-fresh=3, stale-if-error=4, only-if-cached, no-transform',
      {
        noCache: true,
        noStore: true,
        maxAge: 1,
        maxStale: 2,
        minFresh: 3,
        staleIfError: 4,
        onlyIfCached: true,
        noTransform: true,
      },
    ],
    [
      'every directive of a response',
      'public, private, no-cache, no-store, max-age=1, s-maxage=2, stale-while-revalidate=3, stale-if-error=4, ' +
        'must-revalidate, proxy-revalidate, must-understand, no-transform, immutable',
      {
        public: true,
        private: true,
        noCache: true,
        noStore: true,
        maxAge: 1,
        sMaxage: 2,
        staleWhileRevalidate: 3,
        staleIfError: 4,
        mustRevalidate: true,
        proxyRevalidate: true,
        mustUnderstand: true,
        noTransform: true,
        immutable: true,
      },
    ],
    ['an empty text', '', {}],
    ['nothing at all', undefined, {}],
    ['nothing', null, {}],
  ])('%s', (_, value, expected) => {
    expect(parseCacheControl(value)).toEqual(expected)
  })

  property('never throws, whatever the bytes', [fc.string({ unit: 'binary' })], (text) => {
    expect(() => parseCacheControl(text)).not.toThrow()
  })
})

it('formatCacheControl writes directives in one order, whatever order they are given in', () => {
  const directives = {
    immutable: true,
    maxStale: Number.POSITIVE_INFINITY,
    maxAge: 0,
    noCache: ['set-cookie', 'x-a'],
    private: true,
  } as const
  expect(formatCacheControl(directives)).toBe(
    'private, no-cache="set-cookie, x-a", max-age=0, max-stale, immutable',
  )
  expect(formatCacheControl({})).toBe('')
})

it.each([
  ['0', 0],
  ['007', 7],
  ['2147483648', 2_147_483_648],
  ['2147483649', 2_147_483_648],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
  ['-1', undefined],
  ['+1', undefined],
  ['1.0', undefined],
  [' 1', undefined],
  ['1 ', undefined],
  ['1e3', undefined],
  ['\u0661', undefined],
])('RFC 9111 §1.2.2: %j is %j in delta-seconds', (text, seconds) => {
  expect(parseDeltaSeconds(text)).toBe(seconds)
})

property(
  'what formatCacheControl writes, parseCacheControl reads back',
  [
    fc.record(
      {
        maxAge: fc.nat(),
        sMaxage: fc.nat(),
        staleWhileRevalidate: fc.nat(),
        noStore: fc.constant(true as const),
        noCache: fc.constant(true as const),
        private: fc.constantFrom(true as const, ['set-cookie', 'x-a']),
        immutable: fc.constant(true as const),
      },
      { requiredKeys: [] },
    ),
  ],
  (directives) => {
    expect(parseCacheControl(formatCacheControl(directives))).toEqual(directives)
  },
)
