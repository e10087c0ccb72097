import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { property } from '../test/support/property.ts'
import { decideRange } from './range.ts'

const DATE = 'Sun, 06 Nov 1994 08:49:37 GMT'
const SECOND_BEFORE = 'Sun, 06 Nov 1994 08:49:36 GMT'

const decide = (request: Record<string, string>, length = 10, stored: Record<string, string> = {}) =>
  decideRange(new Headers(request), { status: 200, headers: new Headers(stored), length })

const part = (start: number, end: number, length = 10) => ({
  kind: 'part',
  start,
  end,
  contentRange: `bytes ${start}-${end}/${length}`,
})

describe('RFC 9110 §14.1.2, of 10 bytes', () => {
  it.each([
    ['bytes=0-4', 0, 4],
    ['BYTES=0-0', 0, 0],
    ['bytes=5-', 5, 9],
    ['bytes=-3', 7, 9],
    ['bytes=-30', 0, 9],
    ['bytes=4-99', 4, 9],
    ['bytes= 2-3 ,', 2, 3],
    [`bytes=1-${'9'.repeat(400)}`, 1, 9],
    [`bytes=-${'9'.repeat(400)}`, 0, 9],
    ['bytes=0-1,2-3', 0, 3],
    ['bytes=4-6, 0-4, 20-30', 0, 6],
    ['bytes=0-8,2-3', 0, 8],
    [`bytes=${'0-0,'.repeat(31)}0-1`, 0, 1],
  ])('%s is a part', (range, start, end) => {
    expect(decide({ range })).toEqual(part(start, end))
  })

  it.each([
    ['bytes=0-1,5-6'],
    ['bytes=4-3'],
    ['bytes=0-1, 4-3'],
    ['bytes='],
    ['bytes=,'],
    ['bytes=-'],
    ['bytes=a-b'],
    ['bytes=0-1-2'],
    ['bytes =0-1'],
    ['bytes=1'],
    ['bytes=-1-2'],
    ['seconds=0-1'],
    ['0-1'],
    [''],
    ['xbytes=0-1'],
    ['bytes=0-1;x'],
    ['bytes=0-1, x'],
    [`bytes=${'0-0,'.repeat(32)}0-1`],
    [`bytes=${'0-0,'.repeat(40)}0-1`],
  ])('%j is answered with the whole', (range) => {
    expect(decide({ range })).toEqual({ kind: 'whole' })
  })

  it.each([['bytes=10-'], ['bytes=10-11, 99-'], ['bytes=-0'], [`bytes=${'9'.repeat(400)}-`]])(
    '%s is beyond the end (§15.5.17)',
    (range) => {
      expect(decide({ range })).toEqual({ kind: 'unsatisfiable', contentRange: 'bytes */10' })
    },
  )

  it('of nothing, a suffix is the whole, and anything else beyond the end', () => {
    expect(decide({ range: 'bytes=-5' }, 0)).toEqual({ kind: 'whole' })
    expect(decide({ range: 'bytes=0-1, -5' }, 0)).toEqual({ kind: 'whole' })
    expect(decide({ range: 'bytes=0-' }, 0)).toEqual({ kind: 'unsatisfiable', contentRange: 'bytes */0' })
  })

  it('a request without Range gets the whole', () => {
    expect(decide({})).toEqual({ kind: 'whole' })
  })
})

describe('If-Range (RFC 9110 §13.1.5)', () => {
  it.each<[string, string, Record<string, string>, boolean]>([
    ['the strong tag', '"a"', { etag: '"a"' }, true],
    ['another tag', '"b"', { etag: '"a"' }, false],
    ['a weak tag, even the stored one', 'W/"a"', { etag: 'W/"a"' }, false],
    ['an unquoted tag, even the stored one', 'a', { etag: 'a' }, false],
    ['a tag, where none is stored', '"a"', {}, false],
    ['the date of a change before Date', SECOND_BEFORE, { 'last-modified': SECOND_BEFORE, date: DATE }, true],
    ['a later date', DATE, { 'last-modified': SECOND_BEFORE, date: DATE }, false],
    ['§8.8.2.2: a change in the second of Date', DATE, { 'last-modified': DATE, date: DATE }, false],
    ['§8.8.2.2: a change, where there is no Date', DATE, { 'last-modified': DATE }, false],
    ['what is neither', 'yesterday', { 'last-modified': SECOND_BEFORE, date: DATE }, false],
    ['nothing', '', { etag: '' }, false],
  ])('%s', (_, ifRange, stored, isMet) => {
    expect(decide({ range: 'bytes=0-4', 'if-range': ifRange }, 10, stored)).toEqual(
      isMet ? part(0, 4) : { kind: 'whole' },
    )
  })
})

it('reads fields from which nobody took the white space around them, and what is absent as undefined', () => {
  const reader = (fields: Record<string, string>) => ({ get: (name: string) => fields[name] })
  const stored = { status: 200, headers: reader({ etag: ' "a" ' }), length: 10 } as const
  expect(decideRange(reader({ range: ' bytes=0-4\t' }), stored)).toEqual(part(0, 4))
  expect(decideRange(reader({ range: 'bytes=0-4', 'if-range': '\t"a" ' }), stored)).toEqual(part(0, 4))
})

const number = fc.oneof(fc.nat(30), fc.constant(''), fc.bigInt({ min: 0n, max: 10n ** 30n }))
const rangeText = fc
  .array(fc.tuple(number, number), { minLength: 1, maxLength: 5 })
  .map((ranges) => `bytes=${ranges.map(([first, last]) => `${first}-${last}`).join(',')}`)

property('a part lies within the body', [rangeText, fc.nat(20)], (range, length) => {
  const decision = decide({ range }, length)
  if (decision.kind !== 'part') return
  expect(decision.start).toBeGreaterThanOrEqual(0)
  expect(decision.end).toBeGreaterThanOrEqual(decision.start)
  expect(decision.end).toBeLessThan(length)
})

property(
  'one range is answered with just the bytes that it names',
  [fc.nat(20), fc.nat(20), fc.integer({ min: 1, max: 20 })],
  (first, extent, length) => {
    const bytes = Array.from({ length }, (_, index) => index)
    const decision = decide({ range: `bytes=${first}-${first + extent}` }, length)
    const sent = decision.kind === 'part' ? bytes.slice(decision.start, decision.end + 1) : []
    expect(sent).toEqual(bytes.filter((at) => at >= first && at <= first + extent))
  },
)

property(
  'never throws, whatever the bytes',
  [fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })],
  (a, b) => {
    const reader = (fields: Record<string, string>) => ({ get: (name: string) => fields[name] })
    const request = reader({ range: `bytes=${a}`, 'if-range': b })
    const headers = reader({ etag: b, 'last-modified': a, date: b })
    expect(() => decideRange(request, { status: 200, headers, length: 10 })).not.toThrow()
    expect(decideRange(reader({ range: a }), { status: 200, headers, length: 10 })).toHaveProperty('kind')
  },
)
