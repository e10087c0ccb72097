import { describe, expect, it } from 'vitest'
import { DEFAULT_TARGETS, parseTargeted, readTargetedDirectives } from './targeted.ts'

describe('a targeted field (RFC 9213 §2.1)', () => {
  it.each([
    [
      'numbers',
      'max-age=1, s-maxage=2, stale-while-revalidate=3, stale-if-error=4, max-stale=5, min-fresh=6',
      { maxAge: 1, sMaxage: 2, staleWhileRevalidate: 3, staleIfError: 4, maxStale: 5, minFresh: 6 },
    ],
    ['§1.2.2 of RFC 9111: no more than 2^31', 'max-age=99999999999', { maxAge: 2_147_483_648 }],
    ['0', 'max-age=0', { maxAge: 0 }],
    ['flags', 'no-store, must-revalidate=?1', { noStore: true, mustRevalidate: true }],
    ['names of fields', 'private="Set-Cookie,  X-A"', { private: ['set-cookie', 'x-a'] }],
    ['no names, which says the same of all fields', 'no-cache=", "', { noCache: true }],
    ['private and no-cache without names', 'private, no-cache', { private: true, noCache: true }],
    ['no parameters', 'max-age=60;x=1, no-store;y', { maxAge: 60, noStore: true }],
    ['the last of a repeated directive, as any dictionary', 'max-age=1, max-age=2', { maxAge: 2 }],
    ['no directive that it does not know', 'foo=1, max-age=5', { maxAge: 5 }],
    ['no negative number', 'max-age=-1, no-store', { noStore: true }],
    ['no part of a second', 'max-age=1.5, no-store', { noStore: true }],
    ['no text for a number', 'max-age="60", no-store', { noStore: true }],
    ['no flag for a number', 'max-age, no-store', { noStore: true }],
    ['no list', 'max-age=(60), public=("a"), no-store', { noStore: true }],
    ['no false flag', 'public=?0, must-revalidate=?0, max-age=1', { maxAge: 1 }],
    ['no text for a flag', 'public="a", immutable="a", max-age=1', { maxAge: 1 }],
    [
      'what forbids, whatever its value is',
      'private=1, no-cache=a, no-store="a", max-age=1',
      { private: true, noCache: true, noStore: true, maxAge: 1 },
    ],
    [
      'what forbids, even as a list or false',
      'private=("a"), no-cache=?0, no-store, no-store=?0',
      { private: true, noCache: true, noStore: true },
    ],
    ['nothing else, and so says nothing', 'foo', {}],
  ])('reads %s', (_, value, expected) => {
    expect(parseTargeted(value)).toEqual(expected)
  })

  it.each([
    [null],
    [undefined],
    [''],
    [' '],
    ['max-age=60,'],
    ['Max-Age=60'],
    ['max-age=60; no-store, "'],
    ['max-age='],
  ])('is ignored whole where it is absent, empty or no dictionary: %j', (value) => {
    expect(parseTargeted(value)).toBeUndefined()
  })
})

describe('a cache with a target list (RFC 9213 §2.2)', () => {
  const headers = new Headers({
    'cache-control': 'max-age=1',
    'cdn-cache-control': 'max-age=2',
    'own-cache-control': 'max-age=3',
    'bad-cache-control': 'max-age=4,',
  })
  const read = (...targets: string[]) => readTargetedDirectives(headers, targets)

  it('obeys the first field of the list that is there and valid, and no other', () => {
    expect(read('own-cache-control', 'cdn-cache-control')).toEqual({
      values: { maxAge: 3 },
      field: 'own-cache-control',
      rule: 'directives-targeted',
    })
    expect(read('absent-cache-control', 'bad-cache-control', 'cdn-cache-control').field).toBe(
      'cdn-cache-control',
    )
  })

  it('obeys Cache-Control where none of them counts', () => {
    expect(read('bad-cache-control')).toEqual({
      values: { maxAge: 1 },
      field: 'cache-control',
      rule: 'directives-cache-control',
    })
  })

  it('obeys CDN-Cache-Control unless told otherwise (§3.1)', () => {
    expect(readTargetedDirectives(headers).values).toEqual({ maxAge: 2 })
    expect(DEFAULT_TARGETS).toEqual(['cdn-cache-control'])
  })
})
