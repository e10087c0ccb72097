import { expect, it } from 'vitest'
import { decideHeadUpdate } from './head-update.ts'

const DAY = 'Sun, 06 Nov 1994 08:49:37 GMT'
const NEXT = 'Mon, 07 Nov 1994 08:49:37 GMT'

const decide = (stored: Record<string, string>, head: Record<string, string>) =>
  decideHeadUpdate({ headers: new Headers(stored), length: 10 }, new Headers(head))

it.each<[string, Record<string, string>, Record<string, string>]>([
  ['the same ETag', { etag: '"a"' }, { etag: '"a"' }],
  ['the same ETag, weak on one side', { etag: 'W/"a"' }, { etag: '"a"' }],
  ['the same ETag, weak on the other side', { etag: '"a"' }, { etag: 'W/"a"' }],
  ['the same Last-Modified', { 'last-modified': DAY }, { 'last-modified': DAY }],
  ['both validators', { etag: '"a"', 'last-modified': DAY }, { etag: '"a"', 'last-modified': DAY }],
  ['the same ETag and length', { etag: '"a"' }, { etag: '"a"', 'content-length': '10' }],
  ['the same ETag, and a date on one side', { etag: '"a"' }, { etag: '"a"', 'last-modified': DAY }],
  [
    'the same ETag, and what is no date',
    { etag: '"a"', 'last-modified': DAY },
    { etag: '"a"', 'last-modified': '0' },
  ],
])('RFC 9111 §4.3.5: %s: a stored response is brought up to date', (_, stored, head) => {
  expect(decide(stored, head)).toBe('update')
})

it.each<[string, Record<string, string>, Record<string, string>]>([
  ['another ETag', { etag: '"a"' }, { etag: '"b"' }],
  ['another Last-Modified', { 'last-modified': DAY }, { 'last-modified': NEXT }],
  [
    'another ETag of the same date',
    { etag: '"a"', 'last-modified': DAY },
    { etag: '"b"', 'last-modified': DAY },
  ],
  [
    'another date of the same ETag',
    { etag: '"a"', 'last-modified': DAY },
    { etag: '"a"', 'last-modified': NEXT },
  ],
  ['another length, and no validator', {}, { 'content-length': '11' }],
  ['another length of the same ETag', { etag: '"a"' }, { etag: '"a"', 'content-length': '0' }],
])('RFC 9111 §4.3.5: %s: a stored response is let go of', (_, stored, head) => {
  expect(decide(stored, head)).toBe('invalidate')
})

it.each<[string, Record<string, string>, Record<string, string>]>([
  ['no validator', {}, { 'cache-control': 'max-age=60' }],
  ['the same length alone', {}, { 'content-length': '10' }],
  ['a validator that only the HEAD has', {}, { etag: '"a"', 'last-modified': DAY }],
  ['a validator that only the stored response has', { etag: '"a"', 'last-modified': DAY }, {}],
  ['different ones on each side', { etag: '"a"' }, { 'last-modified': DAY }],
  ['the same text that is no entity tag', { etag: 'a' }, { etag: 'a' }],
  ['the same text that is no date', { 'last-modified': 'today' }, { 'last-modified': 'today' }],
])('%s: a HEAD says nothing about a stored response', (_, stored, head) => {
  expect(decide(stored, head)).toBe('nothing')
})

it('reads a validator with white space around it, and an absent one in either form', () => {
  const reader = (value: string | null | undefined) => ({
    get: (name: string) => (name === 'etag' ? value : null),
  })
  const update = (before: string | null | undefined, now: string | null | undefined) =>
    decideHeadUpdate({ headers: reader(before), length: 10 }, reader(now))
  expect(update(' "a"', '"a" ')).toBe('update')
  expect(update(undefined, null)).toBe('nothing')
  expect(update(null, '')).toBe('nothing')
})
