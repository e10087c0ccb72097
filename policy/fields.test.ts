import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { property } from '../test/support/property.ts'
import {
  type CacheStatusMember,
  appendCacheStatus,
  formatCacheStatusMember,
  parseCacheStatus,
} from './cache-status.ts'
import { conditionalHeaders } from './conditional.ts'
import { formatCacheGroups, parseCacheGroups } from './groups.ts'
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

  it.each<[string, CacheStatusMember]>([
    ['a; hit', { name: 'a', hit: true, fwd: 'stale' }],
    [
      'a; fwd=stale; fwd-status=304; ttl=-5; stored; collapsed',
      {
        name: 'a',
        fwd: 'stale',
        fwdStatus: 304,
        ttl: -5.9,
        stored: true,
        collapsed: true,
      },
    ],
    ['a; key="k"; detail=d', { name: 'a', key: 'k', detail: 'd' }],
    ['a.b:c/d', { name: 'a.b:c/d' }],
    ['"1a"', { name: '1a' }],
    ['"a b"', { name: 'a b' }],
    ['"\u003f"', { name: 'é' }],
    ['""', { name: '' }],
  ])('§2: is written as %s', (text, member) => {
    expect(formatCacheStatusMember(member)).toBe(text)
  })

  it.each<[string, CacheStatusMember[]]>([
    [
      '"a b"; fwd=uri-miss; collapsed; key="k"; detail=d',
      [{ name: 'a b', fwd: 'uri-miss', collapsed: true, key: 'k', detail: 'd' }],
    ],
    ['a; hit; fwd=stale', [{ name: 'a', hit: true }]],
    ['a; fwd=partial; hit=?0', [{ name: 'a', fwd: 'partial' }]],
    [
      'a; fwd=vendor-miss; ttl=soon; fwd-status="200"; key=1; detail=?1; hit=1; stored=1; collapsed=1',
      [{ name: 'a' }],
    ],
    ['("a"), b; hit', [{ name: 'b', hit: true }]],
    ['1; hit', [{ name: '1', hit: true }]],
    ['a; hit, "open', []],
    ['', []],
  ])('§2: %j is read, as far as it says what it may', (value, members) => {
    expect(parseCacheStatus(value)).toEqual(members)
  })

  it.each(['bypass', 'method', 'uri-miss', 'vary-miss', 'miss', 'request', 'stale', 'partial'])(
    '§2.2: %s is a reason to forward',
    (fwd) => {
      expect(parseCacheStatus(`a; fwd=${fwd}`)).toEqual([{ name: 'a', fwd }])
    },
  )

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
    expect(parseCacheGroups(null)).toEqual([])
    expect(formatCacheGroups(['b', 'a', 'b'])).toBe('"b", "a"')
  })

  it.each(['a', 'product-42', 'a.b_c~d-0', 'x'.repeat(128)])('a group may be named %j', (name) => {
    expect(formatCacheGroups([name])).toBe(`"${name}"`)
  })

  it.each([
    [''],
    ['A'],
    ['a:b'],
    ['a b'],
    ['a"'],
    [' a'],
    ['a\n'],
    ['é'],
    ['x'.repeat(129)],
    [1 as never],
    [undefined as never],
  ])('but not %j', (name) => {
    expect(() => formatCacheGroups([name])).toThrow(expect.objectContaining({ code: 'group-invalid' }))
  })
})

describe('Vary (RFC 9110 §12.5.5)', () => {
  it.each([
    ['Accept, accept , COOKIE', ['accept', 'cookie']],
    ['accept, *', '*'],
    [' b,,a ,', ['a', 'b']],
    ['', []],
    [null, []],
  ])('%j names %j', (value, expected) => {
    expect(parseVary(value)).toEqual(expected)
  })

  it('is merged: what is there stays as it was written', () => {
    expect(mergeVary('Origin', ['origin', 'Cookie'])).toBe('Origin, Cookie')
    expect(mergeVary(null, ['Cookie'])).toBe('Cookie')
    expect(mergeVary('Origin', ['*'])).toBe('*')
    expect(mergeVary('*', ['Cookie'])).toBe('*')
    expect(mergeVary(' Origin ', ['Cookie', 'Cookie', 'Accept'])).toBe('Origin, Cookie, Accept')
    expect(mergeVary('', [])).toBe('')
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
    expect(conditionalHeaders(new Headers())).toEqual({})
  })

  it.each(['"a"', '""', 'W/"a"', '"!#~\u0080\u00ff"'])('RFC 9110 §8.8.3: %j is an entity tag', (etag) => {
    expect(conditionalHeaders({ get: (name) => (name === 'etag' ? etag : null) })).toEqual({
      'If-None-Match': etag,
    })
  })

  it.each(['a', '"a', 'a"', 'w/"a"', '"a b"', '"a"b"', 'x"a"', '"a"x', '"a", "b"', '"\u007f"', '"\u0100"'])(
    'RFC 9110 §8.8.3: %j is none, and is not sent back',
    (etag) => {
      expect(conditionalHeaders({ get: (name) => (name === 'etag' ? etag : null) })).toEqual({})
    },
  )

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

  it.each(['Content-Encoding', 'Content-Length', 'Content-MD5', 'Content-Range', 'ETag'])(
    'RFC 9111 §3.2: %s is none of what a 304 changes',
    (name) => {
      expect(updateStoredHeaders([[name, 'stored']], [[name, 'sent']])).toEqual([[name, 'stored']])
    },
  )

  it('a 304 has an Age of its own, or none', () => {
    expect(updateStoredHeaders([['Age', '5']], [['age', '1']])).toEqual([['age', '1']])
    expect(updateStoredHeaders([['Age', '5']], [])).toEqual([])
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

  it.each([
    'Connection',
    'Keep-Alive',
    'Proxy-Authenticate',
    'Proxy-Authentication-Info',
    'Proxy-Authorization',
    'Proxy-Connection',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
  ])('RFC 9111 §3.1: %s belongs to a connection', (name) => {
    expect(storableHeaders([[name, 'x']])).toEqual([])
  })

  it('RFC 9111 §3.1: keeps no field that any of the Connection lines names, in any case', () => {
    const kept: [string, string][] = [
      ['X', '1'],
      ['X-D', '4'],
      ['Vary', 'X'],
    ]
    const named: [string, string][] = [
      ['connection', 'X-A , x-b'],
      ['Connection', 'close,X-C'],
      ['x-a', '1'],
      ['X-B', '2'],
      ['x-c', '3'],
    ]
    expect(storableHeaders([...named, ...kept])).toEqual(kept)
  })
})
