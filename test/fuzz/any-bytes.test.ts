import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type HeaderReader,
  appendCacheStatus,
  assess,
  conditionalHeaders,
  decideReuse,
  decideStore,
  mergeVary,
  parseCacheControl,
  parseCacheGroups,
  parseCacheStatus,
  parseHttpDate,
  parseTargeted,
  parseVary,
  readTargetedDirectives,
  storableHeaders,
  updateStoredHeaders,
  variantKey,
} from '../../policy/index.ts'
import { normaliseField } from '../../policy/negotiated-fields.ts'
import { parseNoVarySearch, searchKey } from '../../policy/no-vary-search.ts'
import { evaluatePreconditions, notModifiedHeaders } from '../../policy/preconditions.ts'
import { decideRange } from '../../policy/range.ts'
import { decideInvalidation } from '../../policy/unsafe.ts'
import { SEED } from '../support/property.ts'

/** Many times what Node's parser lets through; what takes time in proportion to its square would take many seconds. */
const LONG = 100_000
const LIMIT_MS = 1_000

/** Each takes one text, and puts it wherever a peer could. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'Cache-Control': parseCacheControl,
  'a targeted field': parseTargeted,
  'a list of targeted fields': (text) => readTargetedDirectives(everywhere(text)),
  'Cache-Status': (text) => [parseCacheStatus(text), appendCacheStatus(text, { name: text })],
  'Cache-Groups': parseCacheGroups,
  'a date': parseHttpDate,
  Vary: (text) => [parseVary(text), mergeVary(text, [text]), variantKey([text], everywhere(text))],
  'a selecting field': (text) =>
    ['accept', 'accept-language', 'accept-encoding', 'cookie'].map((name) =>
      normaliseField(name, text, 'ignored'),
    ),
  'No-Vary-Search': (text) => [parseNoVarySearch(text), parseNoVarySearch(`params=("${text}")`)],
  'a query': (text) => [
    searchKey(text, { keyOrder: true, ignores: { except: ['a'] } }),
    searchKey(`?${text}`, { keyOrder: false, ignores: { only: ['a'] } }),
  ],
  'stored validators': (text) => conditionalHeaders(everywhere(text)),
  preconditions: (text) =>
    evaluatePreconditions(everywhere(text), { status: 200, headers: everywhere(text) }),
  'If-Modified-Since': (text) =>
    evaluatePreconditions(only('if-modified-since', text), { status: 200, headers: everywhere(text) }),
  Range: (text) =>
    [`bytes=${text}`, text].map((range) =>
      decideRange(only('range', range), { status: 200, headers: everywhere(text), length: 100 }),
    ),
  'stored fields': (text) => {
    const pairs: [string, string][] = [
      ['connection', text],
      [text, text],
    ]
    return [storableHeaders(pairs), updateStoredHeaders(pairs, pairs), notModifiedHeaders(pairs)]
  },
  'what a write makes invalid': (text) => [
    decideInvalidation({ method: text, status: 200, url: 'https://a.example/', headers: everywhere(text) }),
    decideInvalidation({ method: 'POST', status: 200, url: text, headers: everywhere(text) }),
  ],
  'the decision to store': (text) =>
    decideStore({
      method: 'GET',
      status: 200,
      requestHeaders: everywhere(text),
      headers: everywhere(text),
      cacheType: 'shared',
    }),
  'the decision to reuse': (text) => {
    const stored = { status: 200, headers: everywhere(text), requestTimeMs: 0, responseTimeMs: 0 }
    const assessed = assess(stored, 'shared')
    return decideReuse({ requestHeaders: everywhere(text), stored: assessed, nowMs: 1, cacheType: 'shared' })
  },
}

/** By the processor's time, since others may have the processor; and three times over, since the garbage of others counts. */
function isSlow(work: () => unknown): boolean {
  return [1, 2, 3].every(() => {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1_000 > LIMIT_MS
  })
}

function everywhere(text: string): HeaderReader {
  return { get: () => text }
}

function only(field: string, text: string): HeaderReader {
  return { get: (name) => (name === field ? text : null) }
}

const byte = fc.nat(0xff).map((code) => String.fromCharCode(code))
const fragment = fc.oneof(
  fc.constantFrom('"', '\\', ',', ';', '=', '(', ')', ' ', '\t', '\0', '\n', '\xff', '*', '-', ':', '%', '&'),
  fc.constantFrom(
    'max-age',
    'no-cache',
    'private',
    'q=',
    'bytes=',
    'params',
    'except',
    'key-order',
    '__proto__',
  ),
  fc.constantFrom('W/', '""', '"a"', 'a', '0', '9', '?1'),
)
const texts = fc.oneof(
  fc.array(byte, { maxLength: 60 }).map((bytes) => bytes.join('')),
  fc.array(fragment, { maxLength: 30 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
)

const pieces = fc.array(fragment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''))

describe.each(Object.entries(READERS))('%s', (_, read) => {
  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(() => read(text)).not.toThrow()
      }),
      { numRuns: 2_000, seed: SEED },
    )
  })

  it('takes time in proportion to the length, whatever is repeated', () => {
    const slow: string[] = []
    for (const piece of fc.sample(pieces, { numRuns: 50, seed: 9111 })) {
      const long = piece.repeat(Math.ceil(LONG / piece.length))
      for (const hostile of [long, `"${long}`, `a="${long}`, `x=("${long}`]) {
        if (isSlow(() => read(hostile))) slow.push(hostile.slice(0, 40))
      }
    }
    expect(slow).toEqual([])
  })
})
