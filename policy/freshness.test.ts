import { describe, expect, it } from 'vitest'
import { type CacheType, currentAge, freshnessLifetime } from './freshness.ts'
import { parseHttpDate } from './http-date.ts'

const DATE = 'Sun, 06 Nov 1994 08:49:37 GMT'
const dateMs = parseHttpDate(DATE) ?? Number.NaN
const headers = (fields: Record<string, string>) => new Headers(fields)

describe('freshnessLifetime', () => {
  it.each<[string, CacheType, Record<string, string>, number, string]>([
    [
      '§5.2.2.10: s-maxage wins in a shared cache',
      'shared',
      { 'cache-control': 'max-age=1, s-maxage=2' },
      2,
      's-maxage',
    ],
    [
      '§5.2.2.10: and means nothing to a private one',
      'private',
      { 'cache-control': 'max-age=1, s-maxage=2' },
      1,
      'max-age',
    ],
    [
      '§5.3: max-age wins over Expires',
      'private',
      { 'cache-control': 'max-age=1', expires: DATE },
      1,
      'max-age',
    ],
    [
      '§4.2.1: Expires counts from Date',
      'private',
      { date: DATE, expires: 'Sun, 06 Nov 1994 08:50:37 GMT' },
      60,
      'expires',
    ],
    ['§5.3: "0" is already expired', 'private', { date: DATE, expires: '0' }, 0, 'expires'],
    [
      'and RFC 9110 §5.6.7: in any of the three forms',
      'private',
      { date: DATE, expires: 'Sunday, 06-Nov-94 08:50:37 GMT' },
      60,
      'expires',
    ],
    [
      '§5.3: a date in another form is no date',
      'private',
      { date: DATE, expires: '1994-11-06T08:50:37Z' },
      0,
      'expires',
    ],
    [
      '§4.2.2: a tenth of the time since the last change',
      'private',
      { date: DATE, 'last-modified': 'Sun, 06 Nov 1994 08:32:57 GMT' },
      100,
      'heuristic',
    ],
    [
      '§4.2.2: a guess of a day at most, after ten days and a bit more',
      'shared',
      { date: DATE, 'last-modified': 'Thu, 27 Oct 1994 08:49:17 GMT' },
      86_400,
      'heuristic',
    ],
    [
      '§4.2.2: a tenth of a little less than ten days',
      'shared',
      { date: DATE, 'last-modified': 'Thu, 27 Oct 1994 08:49:47 GMT' },
      86_399,
      'heuristic',
    ],
    [
      '§5.3: Expires before Date leaves nothing',
      'private',
      { date: DATE, expires: 'Sun, 06 Nov 1994 08:48:37 GMT' },
      0,
      'expires',
    ],
    [
      '§5.3: Expires, where nothing dates the response, leaves nothing',
      'private',
      { expires: DATE },
      0,
      'expires',
    ],
    ['§4.2.2: no guess from a change at Date', 'private', { date: DATE, 'last-modified': DATE }, 0, 'none'],
    [
      '§4.2.2: no guess from a change after Date',
      'private',
      { date: DATE, 'last-modified': 'Sun, 06 Nov 1994 09:49:37 GMT' },
      0,
      'none',
    ],
    ['§4.2.2: no guess where nothing dates the response', 'private', { 'last-modified': DATE }, 0, 'none'],
    ['nothing to go by', 'private', {}, 0, 'none'],
  ])('RFC 9111 %s', (_, cacheType, fields, seconds, source) => {
    expect(freshnessLifetime({ status: 200, headers: headers(fields) }, cacheType)).toEqual({
      seconds,
      source,
    })
  })

  it('RFC 9111 §4.2.2: makes no guess for a status that is not heuristically cacheable', () => {
    const fields = headers({ date: DATE, 'last-modified': 'Sun, 06 Nov 1994 08:32:57 GMT' })
    expect(freshnessLifetime({ status: 201, headers: fields }, 'private').source).toBe('none')
    fields.set('cache-control', 'public')
    expect(freshnessLifetime({ status: 201, headers: fields }, 'private').seconds).toBe(100)
  })

  it('reads what is absent as absent, whether a reader says so with null or with undefined', () => {
    const absent = { get: () => undefined }
    expect(freshnessLifetime({ status: 200, headers: absent }, 'private').source).toBe('none')
  })

  it('RFC 9110 §6.6.1: takes the time of arrival for a Date that is missing', () => {
    const at = { status: 200, responseTimeMs: dateMs }
    const expires = headers({ expires: 'Sun, 06 Nov 1994 08:50:37 GMT' })
    const modified = headers({ 'last-modified': 'Sun, 06 Nov 1994 08:32:57 GMT' })
    expect(freshnessLifetime({ ...at, headers: expires }, 'private')).toEqual({
      seconds: 60,
      source: 'expires',
    })
    expect(freshnessLifetime({ ...at, headers: modified }, 'private')).toEqual({
      seconds: 100,
      source: 'heuristic',
    })
  })

  it('RFC 9213 §2.2: does not look at Expires beside a targeted field', () => {
    const response = {
      status: 200,
      headers: headers({ date: DATE, expires: 'Sun, 06 Nov 1994 08:50:37 GMT' }),
    }
    const directives = { values: {}, field: 'cdn-cache-control', rule: 'directives-targeted' } as const
    expect(freshnessLifetime(response, 'shared', directives)).toEqual({ seconds: 0, source: 'none' })
  })
})

describe('currentAge', () => {
  const age = (fields: Record<string, string>, requestMs: number, responseMs: number, nowMs: number) =>
    currentAge(
      {
        status: 200,
        headers: headers(fields),
        requestTimeMs: dateMs + requestMs,
        responseTimeMs: dateMs + responseMs,
      },
      dateMs + nowMs,
    )

  it.each([
    ['the time since it arrived', { date: DATE }, 0, 0, 5_000, 5],
    [
      'an Age from caches before, and the time it took to arrive',
      { date: DATE, age: '10' },
      0,
      2_000,
      2_000,
      12,
    ],
    ['an old Date, where that is more', { date: DATE, age: '1' }, 9_000, 9_000, 10_000, 10],
    ['no Date: as if made on arrival', {}, 0, 0, 3_000, 3],
    ['§5.1: the first of several Age values', { date: DATE, age: '5, 100' }, 0, 0, 0, 5],
    ['§5.1: an Age that is no number is ignored', { date: DATE, age: '1.5' }, 0, 0, 0, 0],
    ['§1.2.2: an Age beyond 2^31 is 2^31', { date: DATE, age: '9999999999' }, 0, 0, 0, 2_147_483_648],
    ['an Age with spaces around it', { date: DATE, age: ' 5 , 100' }, 0, 0, 0, 5],
    ['a clock set back while it came takes nothing off', { date: DATE, age: '10' }, 5_000, 0, 0, 10],
    ['a Date in the future takes nothing off', { date: DATE }, -9_000, -9_000, -4_000, 5],
    ['a clock set back does not make it negative', { date: DATE }, 0, 0, -60_000, 0],
  ])('RFC 9111 §4.2.3: %s', (_, fields, requestMs, responseMs, nowMs, expected) => {
    expect(age(fields as Record<string, string>, requestMs, responseMs, nowMs)).toBe(expected)
  })
})
