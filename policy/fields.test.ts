import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { property } from '../test/support/property.ts'
import { appendCacheStatus, formatCacheStatusMember, parseCacheStatus } from './cache-status.ts'
import { conditionalHeaders } from './conditional.ts'
import { formatCacheGroups, parseCacheGroups } from './groups.ts'
import { fromNodeHeaders } from './header-reader.ts'
import { storableHeaders, updateStoredHeaders } from './stored-headers.ts'
import { mergeVary, parseVary, variantKey } from './vary.ts'

describe('Cache-Status (RFC 9211)', () => {
  it('lists caches origin first', () => {
    const origin = appendCacheStatus(null, { name: 'L2', hit: true, ttl: 240.7 })
    const both = appendCacheStatus(origin, { name: 'L1', fwd: 'uri-miss', stored: true })
    expect(both).toBe('L2; hit; ttl=240, L1; fwd=uri-miss; stored')
    expect(parseCacheStatus(both)).toEqual([
      { name: 'L2', hit: true, ttl: 240 },
      { name: 'L1', fwd: 'uri-miss', stored: true },
    ])
  })

  it('never writes a field that can not be read', () => {
    expect(formatCacheStatusMember({ name: 'a cache', hit: true, detail: 'say "hi"\r\nX: 1' })).toBe(
      String.raw`"a cache"; hit; detail="say \"hi\"??X: 1"`,
    )
  })

  property(
    'what is written is read back',
    [fc.record({ name: fc.string(), detail: fc.string(), ttl: fc.integer(), fwdStatus: fc.nat(599) })],
    (member) => {
      const printable = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, '?')
      const read = parseCacheStatus(formatCacheStatusMember({ ...member, fwd: 'stale' }))
      expect(read).toEqual([
        { ...member, fwd: 'stale', name: printable(member.name), detail: printable(member.detail) },
      ])
    },
  )

  property('any bytes are read without an exception', [fc.string({ unit: 'binary' })], (text) => {
    expect(Array.isArray(parseCacheStatus(text))).toBe(true)
  })
})

describe('Cache-Groups (RFC 9875)', () => {
  it('is a list of strings; anything else names no group', () => {
    expect(formatCacheGroups(['a', 'b.c'])).toBe('"a", "b.c"')
    expect(parseCacheGroups('"a", "b.c"')).toEqual(['a', 'b.c'])
    expect(parseCacheGroups('a, 1, ("x"), "b"')).toEqual(['b'])
    expect(parseCacheGroups('"open')).toEqual([])
  })
})

describe('Vary (RFC 9110 §12.5.5)', () => {
  it.each([
    ['Accept, accept , COOKIE', ['accept', 'cookie']],
    ['accept, *', '*'],
    ['', []],
    [null, []],
  ])('%j names %j', (value, expected) => {
    expect(parseVary(value)).toEqual(expected)
  })

  it('is merged: what is there stays as it was written', () => {
    expect(mergeVary('Origin', ['origin', 'Cookie'])).toBe('Origin, Cookie')
    expect(mergeVary(null, ['Cookie'])).toBe('Cookie')
    expect(mergeVary('Origin', ['*'])).toBe('*')
  })

  it('§4.1 of RFC 9111: an absent field matches only an absent one, white space in lists does not count', () => {
    const key = (fields: Record<string, string>) => variantKey(['accept', 'x-a'], new Headers(fields))
    expect(key({ accept: 'a,b' })).toBe(key({ accept: 'a,   b' }))
    expect(key({ accept: '' })).not.toBe(key({}))
    expect(key({ accept: 'a' })).not.toBe(key({ 'x-a': 'a' }))
    expect(variantKey([], new Headers())).toBe('')
  })
})

describe('validation', () => {
  it('RFC 9111 §4.3.1: sends the validators that were stored, and only real ones', () => {
    const modified = 'Sun, 06 Nov 1994 08:49:37 GMT'
    expect(conditionalHeaders(new Headers({ etag: 'W/"a"', 'last-modified': modified }))).toEqual({
      'If-None-Match': 'W/"a"',
      'If-Modified-Since': modified,
    })
    expect(conditionalHeaders(new Headers({ etag: 'unquoted', 'last-modified': 'yesterday' }))).toEqual({})
  })

  it('RFC 9111 §3.2: a 304 replaces the fields it carries, but not those that describe the stored bytes', () => {
    const stored: [string, string][] = [
      ['Content-Length', '5'],
      ['Content-Type', 'text/html'],
      ['Age', '100'],
      ['X-A', '1'],
      ['X-A', '2'],
      ['ETag', '"1"'],
    ]
    const update: [string, string][] = [
      ['content-length', '0'],
      ['content-type', 'text/plain'],
      ['etag', '"2"'],
      ['x-a', '3'],
      ['connection', 'close, x-b'],
      ['x-b', 'hop'],
    ]
    expect(updateStoredHeaders(stored, update)).toEqual([
      ['Content-Length', '5'],
      ['ETag', '"1"'],
      ['content-type', 'text/plain'],
      ['x-a', '3'],
    ])
  })

  it('RFC 9111 §3.1: keeps no hop-by-hop field', () => {
    expect(
      storableHeaders([
        ['Keep-Alive', '1'],
        ['Connection', 'X-A'],
        ['x-a', '1'],
        ['X-B', '2'],
      ]),
    ).toEqual([['X-B', '2']])
  })
})

it('reads the headers of a Node request as Fetch headers are read', () => {
  const headers = fromNodeHeaders({ accept: 'a', 'set-cookie': ['a=1', 'b=2'], 'content-length': 5 })
  expect([
    headers.get('Accept'),
    headers.get('set-cookie'),
    headers.get('content-length'),
    headers.get('x'),
  ]).toEqual(['a', 'a=1, b=2', '5', null])
})
