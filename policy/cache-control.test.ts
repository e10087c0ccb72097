import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { property } from '../test/support/property.ts'
import { formatCacheControl, parseCacheControl } from './cache-control.ts'

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
    ['the unqualified form wins', 'no-cache="x", no-cache', { noCache: true }],
    ['empty members', ', ,max-age=5,,', { maxAge: 5 }],
    ['nothing', null, {}],
  ])('%s', (_, value, expected) => {
    expect(parseCacheControl(value)).toEqual(expected)
  })

  property('never throws, whatever the bytes', [fc.string({ unit: 'binary' })], (text) => {
    expect(() => parseCacheControl(text)).not.toThrow()
  })
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
