import { describe, expect, it } from 'vitest'
import { parseHttpDate } from './http-date.ts'
import { parseAnyHttpDate } from './obsolete-date.ts'

describe('IMF-fixdate (RFC 9110 §5.6.7)', () => {
  it.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['sUN, 06 nOV 1994 08:49:37 gmt', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['Thu, 29 Feb 2024 23:59:59 GMT', Date.UTC(2024, 1, 29, 23, 59, 59)],
    ['Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
  ])('reads %j', (text, ms) => {
    expect(parseHttpDate(text)).toBe(ms)
    expect(parseAnyHttpDate(text, 0)).toBe(ms)
  })

  it.each([
    ['Jan', 0],
    ['Feb', 1],
    ['Mar', 2],
    ['Apr', 3],
    ['May', 4],
    ['Jun', 5],
    ['Jul', 6],
    ['Aug', 7],
    ['Sep', 8],
    ['Oct', 9],
    ['Nov', 10],
    ['Dec', 11],
  ])('knows %s', (month, index) => {
    expect(parseHttpDate(`Sun, 06 ${month} 1994 08:49:37 GMT`)).toBe(Date.UTC(1994, index, 6, 8, 49, 37))
  })

  it.each(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])(
    'takes %s for what the date says anyway',
    (day) => {
      expect(parseHttpDate(`${day}, 06 Nov 1994 08:49:37 GMT`)).toBe(Date.UTC(1994, 10, 6, 8, 49, 37))
    },
  )

  it.each([
    [''],
    ['0'],
    [null],
    [undefined],
    ['Sun, 6 Nov 1994 08:49:37 GMT'],
    ['Sun, 006 Nov 1994 08:49:37 GMT'],
    ['Sun, 06 Nove 1994 08:49:37 GMT'],
    ['Sun, 06 Anf 1994 08:49:37 GMT'],
    ['Sun, 06 Xyz 1994 08:49:37 GMT'],
    ['Sun, 06 Nov 94 08:49:37 GMT'],
    ['Sun, 06 Nov 0094 08:49:37 GMT'],
    ['Sun, 06 Nov 19940 08:49:37 GMT'],
    ['Sun, 06 Nov 1994 8:49:37 GMT'],
    ['Sun, 06 Nov 1994 08:49 GMT'],
    ['Sun, 06 Nov 1994 08:49:37 UTC'],
    ['Sun, 06 Nov 1994 08:49:37'],
    ['Son, 06 Nov 1994 08:49:37 GMT'],
    ['06 Nov 1994 08:49:37 GMT'],
    ['Sunday, 06 Nov 1994 08:49:37 GMT'],
    [' Sun, 06 Nov 1994 08:49:37 GMT'],
    ['Sun, 06 Nov 1994 08:49:37 GMT '],
    ['Sun, 00 Nov 1994 08:49:37 GMT'],
    ['Sun, 31 Feb 1994 08:49:37 GMT'],
    ['Thu, 29 Feb 2023 08:49:37 GMT'],
    ['Sun, 06 Nov 1994 24:00:00 GMT'],
    ['Sun, 06 Nov 1994 08:60:00 GMT'],
    ['Sun, 06 Nov 1994 08:49:61 GMT'],
    ['1994-11-06'],
  ])('reads %j as no date', (text) => {
    expect(parseHttpDate(text)).toBeUndefined()
    expect(parseAnyHttpDate(text, 0)).toBeUndefined()
  })
})

describe('obsolete dates (RFC 9110 §5.6.7)', () => {
  const near = Date.UTC(2026, 0, 1)
  const at = Date.UTC(1994, 10, 6, 8, 49, 37)

  it.each([
    ['Sunday, 06-Nov-94 08:49:37 GMT', at],
    ['sUNDAY, 06-nOV-94 08:49:37 gmt', at],
    ['Tuesday, 01-Jan-30 00:00:00 GMT', Date.UTC(2030, 0, 1)],
    ['Saturday, 01-Jan-77 00:00:00 GMT', Date.UTC(1977, 0, 1)],
    ['Thursday, 01-Jan-76 00:00:00 GMT', Date.UTC(2076, 0, 1)],
    ['Thursday, 02-Jan-76 00:00:00 GMT', Date.UTC(1976, 0, 2)],
    ['Sun Nov  6 08:49:37 1994', at],
    ['sUN nOV 06 08:49:37 1994', at],
    ['Sun Nov 16 08:49:37 1994', Date.UTC(1994, 10, 16, 8, 49, 37)],
  ])('%j', (text, expected) => {
    expect(parseAnyHttpDate(text, near)).toBe(expected)
    expect(parseHttpDate(text)).toBeUndefined()
  })

  it.each(['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'])(
    'knows %s',
    (day) => {
      expect(parseAnyHttpDate(`${day}, 06-Nov-94 08:49:37 GMT`, near)).toBe(at)
      expect(parseAnyHttpDate(`${day.slice(0, 3)} Nov  6 08:49:37 1994`, near)).toBe(at)
    },
  )

  it('a year of two digits is the last of that name that is no more than 50 years ahead, in any century', () => {
    expect(parseAnyHttpDate('Monday, 01-Jan-49 00:00:00 GMT', Date.UTC(1999, 5))).toBe(Date.UTC(2049, 0, 1))
    expect(parseAnyHttpDate('Monday, 01-Jan-50 00:00:00 GMT', Date.UTC(1999, 5))).toBe(Date.UTC(1950, 0, 1))
    expect(parseAnyHttpDate('Monday, 01-Jan-99 00:00:00 GMT', Date.UTC(2000, 5))).toBe(Date.UTC(1999, 0, 1))
  })

  it.each([
    ['Sunday, 31-Feb-94 08:49:37 GMT'],
    ['Sunday, 06-Nov-1994 08:49:37 GMT'],
    ['Sunday, 6-Nov-94 08:49:37 GMT'],
    ['Sunday, 06-November-94 08:49:37 GMT'],
    ['Sunday, 06-Nov-94 8:49:37 GMT'],
    ['Sunday, 06-Nov-94 08:49:37 UTC'],
    ['Sun, 06-Nov-94 08:49:37 GMT'],
    ['Someday, 06-Nov-94 08:49:37 GMT'],
    ['x Sunday, 06-Nov-94 08:49:37 GMT'],
    ['Sunday, 06-Nov-94 08:49:37 GMT x'],
    ['Sun Foo  6 08:49:37 1994'],
    ['Sun Nov 6 08:49:37 1994'],
    ['Sun Nov x6 08:49:37 1994'],
    ['Sun Nov 6  08:49:37 1994'],
    ['Sun November  6 08:49:37 1994'],
    ['Sun Nov  6 8:49:37 1994'],
    ['Sun Nov  6 08:49:37 94'],
    ['Som Nov  6 08:49:37 1994'],
    ['x Sun Nov  6 08:49:37 1994'],
    ['Sun Nov  6 08:49:37 1994 GMT'],
    [''],
    [null],
  ])('%j is none', (text) => {
    expect(parseAnyHttpDate(text, near)).toBeUndefined()
  })
})
