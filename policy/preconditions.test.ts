import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { property } from '../test/support/property.ts'
import { parseEntityTags, strongMatch, weakMatch } from './entity-tags.ts'
import { evaluatePreconditions, notModifiedHeaders } from './preconditions.ts'

const MODIFIED = 'Sun, 06 Nov 1994 08:49:37 GMT'
const BEFORE = 'Sun, 06 Nov 1994 08:49:36 GMT'
const AFTER = 'Sun, 06 Nov 1994 08:49:38 GMT'

const evaluate = (
  request: Record<string, string>,
  stored: Record<string, string>,
  status = 200,
  responseTimeMs?: number,
) =>
  evaluatePreconditions(new Headers(request), {
    status,
    headers: new Headers(stored),
    ...(responseTimeMs === undefined ? {} : { responseTimeMs }),
  })

describe('If-None-Match (RFC 9110 §13.1.2)', () => {
  it.each([
    ['the stored tag', '"a"', '"a"'],
    ['one of several', '"x", "a" ,"y"', '"a"'],
    ['the weak form of a strong tag', 'W/"a"', '"a"'],
    ['the strong form of a weak tag', '"a"', 'W/"a"'],
    ['a tag with commas and backslashes in it', String.raw`"x", "a,\,b"`, String.raw`"a,\,b"`],
    ['a tag of obs-text', '"\u00fc"', '"\u00fc"'],
    ['the empty tag', '""', '""'],
    ['a good tag behind one that is not closed', '"open, "a"', '"a"'],
    ['a good tag behind an unquoted one', 'plain, w/"a", "a"', '"a"'],
    ['a good tag behind one with a space in it', '"a b", "a"', '"a"'],
    ['`*`', ' * ', '"a"'],
  ])('%s spares the client the transfer', (_, noneMatch, etag) => {
    expect(evaluate({ 'if-none-match': noneMatch }, { etag })).toBe('not-modified')
  })

  it('a tag is met by no response without a tag', () => {
    expect(evaluate({ 'if-none-match': '"a"' }, {})).toBe('proceed')
  })

  it('is read where nobody took the white space around values', () => {
    const reader = (fields: Record<string, string>) => ({ get: (name: string) => fields[name] })
    const stored = { status: 200, headers: reader({ etag: ' "a" ', 'last-modified': MODIFIED }) }
    for (const request of [
      { 'if-none-match': '"a"' },
      { 'if-none-match': ' * ' },
      { 'if-modified-since': ` ${MODIFIED}\t` },
    ]) {
      expect(evaluatePreconditions(reader(request), stored)).toBe('not-modified')
    }
  })

  it('`*` is met by a response without a tag too', () => {
    expect(evaluate({ 'if-none-match': '*' }, {})).toBe('not-modified')
  })

  it.each([
    ['another tag', '"b"', '"a"'],
    ['a part of a tag', '"a"', '"a,b"'],
    ['a tag in another case', '"A"', '"a"'],
    ['a lower-case mark of weakness', 'w/"a"', '"a"'],
    ['an unquoted tag, even where the stored one is unquoted as well', 'a', 'a'],
    ['a tag with a space, even where the stored one has it as well', '"a b"', '"a b"'],
    ['`*` among tags', '*, "b"', '"a"'],
    ['nothing', '', '"a"'],
  ])('%s does not', (_, noneMatch, etag) => {
    expect(evaluate({ 'if-none-match': noneMatch }, { etag })).toBe('proceed')
  })
})

describe('If-Modified-Since (RFC 9110 §13.1.3)', () => {
  it.each([
    ['the date of the last change', MODIFIED, { 'last-modified': MODIFIED }, 'not-modified'],
    ['a later date', AFTER, { 'last-modified': MODIFIED }, 'not-modified'],
    ['an earlier one', BEFORE, { 'last-modified': MODIFIED }, 'proceed'],
    [
      'a date in RFC 850 form',
      'Sunday, 06-Nov-94 08:49:37 GMT',
      { 'last-modified': MODIFIED },
      'not-modified',
    ],
    ['a date in asctime form', 'Sun Nov  6 08:49:37 1994', { 'last-modified': MODIFIED }, 'not-modified'],
    ['what is no date', 'yesterday', { 'last-modified': MODIFIED }, 'proceed'],
    ['two dates', `${MODIFIED}, ${MODIFIED}`, { 'last-modified': MODIFIED }, 'proceed'],
    ['RFC 9111 §4.3.2: Date, where there is no Last-Modified', MODIFIED, { date: MODIFIED }, 'not-modified'],
    ['an earlier time than Date', BEFORE, { date: MODIFIED }, 'proceed'],
    ['a date, where nothing dates the response', MODIFIED, {}, 'proceed'],
    ['a date with spaces around it', ` ${MODIFIED}\t`, { 'last-modified': MODIFIED }, 'not-modified'],
    ['nothing', '', { 'last-modified': MODIFIED }, 'proceed'],
    [
      'the last change rather than Date',
      MODIFIED,
      { 'last-modified': MODIFIED, date: AFTER },
      'not-modified',
    ],
    [
      'a stored date in RFC 850 form',
      MODIFIED,
      { 'last-modified': 'Sunday, 06-Nov-94 08:49:37 GMT', date: AFTER },
      'not-modified',
    ],
    ['Date, where Last-Modified is no date', MODIFIED, { 'last-modified': 'x', date: AFTER }, 'proceed'],
  ])('%s', (_, since, stored, expected) => {
    expect(evaluate({ 'if-modified-since': since }, stored as Record<string, string>)).toBe(expected)
  })

  it('RFC 9111 §4.3.2: the time of arrival stands for a Date that is missing', () => {
    const arrival = Date.UTC(1994, 10, 6, 8, 49, 37)
    expect(evaluate({ 'if-modified-since': MODIFIED }, {}, 200, arrival)).toBe('not-modified')
    expect(evaluate({ 'if-modified-since': BEFORE }, {}, 200, arrival)).toBe('proceed')
  })

  it('Date counts before the time of arrival', () => {
    const arrival = Date.UTC(1994, 10, 6, 9)
    expect(evaluate({ 'if-modified-since': MODIFIED }, { date: MODIFIED }, 200, arrival)).toBe('not-modified')
  })

  it('a stored date in RFC 850 form is one of the century of Date', () => {
    const stored = {
      'last-modified': 'Friday, 01-Jan-21 00:00:00 GMT',
      date: 'Thu, 01 Jan 2026 00:00:00 GMT',
    }
    const since = (year: number) => ({ 'if-modified-since': `Wed, 01 Jan ${year} 00:00:00 GMT` })
    expect(evaluate(since(2020), stored)).toBe('proceed')
    expect(evaluate(since(2021), stored)).toBe('not-modified')
  })

  it('is not looked for where a reader says undefined for what is absent', () => {
    const headers = { get: () => undefined }
    expect(evaluatePreconditions(headers, { status: 200, headers })).toBe('proceed')
  })

  it('is ignored beside If-None-Match, even one that can not be read', () => {
    const stored = { etag: '"a"', 'last-modified': MODIFIED }
    expect(evaluate({ 'if-none-match': '"b"', 'if-modified-since': AFTER }, stored)).toBe('proceed')
    expect(evaluate({ 'if-none-match': '', 'if-modified-since': AFTER }, stored)).toBe('proceed')
    expect(evaluate({ 'if-none-match': '"a"', 'if-modified-since': BEFORE }, stored)).toBe('not-modified')
  })
})

it.each([204, 301, 404, 500])('a stored %i is sent as it is', (status) => {
  expect(evaluate({ 'if-none-match': '*' }, { etag: '"a"' }, status)).toBe('proceed')
})

it('If-Match and If-Unmodified-Since are for the origin (RFC 9111 §4.3.2)', () => {
  expect(evaluate({ 'if-match': '"b"', 'if-unmodified-since': BEFORE }, { etag: '"a"' })).toBe('proceed')
})

describe('the fields of a 304 (RFC 9110 §15.4.5)', () => {
  it('are those that caches need, as they were written', () => {
    const kept: [string, string][] = [
      ['Cache-Control', 'max-age=1'],
      ['CDN-Cache-Control', 'max-age=2'],
      ['ETag', '"a"'],
      ['Vary', 'Accept'],
      ['vary', 'Cookie'],
      ['Age', '3'],
      ['Cache-Status', 'a; hit'],
      ['Cache-Groups', '"g"'],
      ['Content-Location', '/a'],
      ['Date', MODIFIED],
      ['Expires', MODIFIED],
      ['No-Vary-Search', 'key-order'],
    ]
    const left: [string, string][] = [
      ['Content-Type', 'text/html'],
      ['Content-Length', '5'],
      ['Last-Modified', MODIFIED],
      ['Set-Cookie', 'a=1'],
    ]
    expect(notModifiedHeaders([...left, ...kept])).toEqual(kept)
  })

  it('Last-Modified is one of them where there is no ETag', () => {
    const stored: [string, string][] = [
      ['Content-Type', 'text/html'],
      ['Last-Modified', MODIFIED],
    ]
    expect(notModifiedHeaders(stored)).toEqual([['Last-Modified', MODIFIED]])
  })
})

const anyTag = fc.tuple(fc.boolean(), fc.stringMatching(/^[\x21\x23-\x7e]{0,8}$/)).map(([weak, opaque]) => {
  return `${weak ? 'W/' : ''}"${opaque}"`
})

property('strong comparison implies weak, and both are symmetric', [anyTag, anyTag], (a, b) => {
  expect(weakMatch(a, b)).toBe(weakMatch(b, a))
  expect(strongMatch(a, b)).toBe(strongMatch(b, a))
  expect(strongMatch(a, b) && !weakMatch(a, b)).toBe(false)
  expect(weakMatch(a, a)).toBe(true)
})

property('every tag of a list is read', [fc.array(anyTag, { maxLength: 10 })], (tags) => {
  expect(parseEntityTags(tags.join(', '))).toEqual(tags)
})

property(
  'a good tag is found whatever unquoted text is around it',
  [fc.stringMatching(/^[^",]{0,9}$/), fc.stringMatching(/^[^",]{0,9}$/), anyTag],
  (before, behind, tag) => {
    expect(parseEntityTags(`${before}, ${tag},${behind}`)).toContain(tag)
  },
)

property(
  'never throws, whatever the bytes',
  [fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })],
  (a, b) => {
    const reader = (fields: Record<string, string>) => ({ get: (name: string) => fields[name] })
    const stored = { status: 200, headers: reader({ etag: b, 'last-modified': b, date: a }) }
    expect(['proceed', 'not-modified']).toContain(
      evaluatePreconditions(reader({ 'if-none-match': a }), stored),
    )
    expect(['proceed', 'not-modified']).toContain(
      evaluatePreconditions(reader({ 'if-modified-since': a }), stored),
    )
    expect(evaluatePreconditions(reader({ 'if-none-match': '*' }), stored)).toBe('not-modified')
  },
)
