import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { property } from '../test/support/property.ts'
import { formatCacheControl, parseCacheControl } from './cache-control.ts'
import { unreadDirectives, unreadTargeted } from './unread-directives.ts'

describe('what is not read in a Cache-Control', () => {
  it.each([
    ['max-age=60; public', 'max-age=0', 'max-age=60, public'],
    ['max-age: 60', 'max-age=0', 'max-age=60'],
    ['max-age = 60', 'max-age=0', 'max-age=60'],
    ['max-age=1m', 'max-age=0', 'max-age=60'],
    ['max-age=1.9', 'max-age=0', 'max-age=1'],
    ['max-age=-1', 'max-age=0', 'max-age=0'],
    ['max-age', 'max-age=0', 'max-age=<seconds>'],
    ['max-age=soon', 'max-age=0', 'max-age=<seconds>'],
    ['public; max-age=60', 'public', 'public, max-age=60'],
    ['no-transform no-store=1', 'no-store, no-transform', undefined],
    ['"max-age=60"', '', 'max-age=60'],
    ['max-age="60, public', 'public, max-age=0', 'max-age=60, public'],
    ['no-store=false', 'no-store', undefined],
    ['max-age=30 days', 'max-age=30', undefined],
    [';', '', undefined],
  ])('%s counts as %j; meant was %s', (member, readAs, suggestion) => {
    const expected = { member, readAs, isUnknown: false }
    expect(unreadDirectives(member)).toEqual([
      suggestion === undefined ? expected : { ...expected, suggestion },
    ])
  })

  it.each([
    ['maxage=60', 'max-age=60'],
    ['s-max-age=5', 's-maxage=5'],
    ['no_cache', 'no-cache'],
    ['must-revaildate', 'must-revalidate'],
    ['Imutable', 'immutable'],
    ['post-check=0', undefined],
    ['x', undefined],
  ])('%s is unknown; meant was %s', (member, suggestion) => {
    const expected = { member, readAs: '', isUnknown: true }
    expect(unreadDirectives(member)).toEqual([
      suggestion === undefined ? expected : { ...expected, suggestion },
    ])
  })

  it('are single members of a list, in their order', () => {
    const members = unreadDirectives(
      'public, maxage=1, private="a, b", MAX-AGE=60, max-stale, max-age="5", foo',
    )
    expect(members.map(({ member }) => member)).toEqual(['maxage=1', 'foo'])
  })

  it('is nothing where there is none', () => {
    expect([unreadDirectives(undefined), unreadDirectives(''), unreadDirectives(' , ')]).toEqual([[], [], []])
  })

  property('never disagrees with the parser, and never throws', [fc.string({ unit: 'binary' })], (value) => {
    for (const { member, readAs } of unreadDirectives(value)) {
      expect(readAs).toBe(formatCacheControl(parseCacheControl(member)))
    }
    unreadTargeted(value)
  })

  property(
    'suggests what is read as it stands',
    [
      fc.array(fc.constantFrom('public', 'maxage=1m', 'no_store', '; ', ': 5', '=', '"', 'max-age'), {
        maxLength: 6,
      }),
    ],
    (parts) => {
      for (const { suggestion } of unreadDirectives(parts.join(''))) {
        expect(unreadDirectives(suggestion?.replaceAll('<seconds>', '1'))).toEqual([])
      }
    },
  )
})

describe('what is not read in a targeted field', () => {
  it.each([
    ['max-age=60, public', []],
    ['max-age: 60', ['max-age: 60']],
    ['Max-Age=60', ['Max-Age=60']],
    [
      'max-age=60;public, no-store=1, max-age="5", foo',
      ['max-age=60;public', 'no-store=1', 'max-age="5"', 'foo'],
    ],
    ['no-cache=(1 2), private="a,b"', ['no-cache=(1 2)']],
    [null, []],
  ])('of %s are: %j', (value, members) => {
    expect(unreadTargeted(value).map(({ member }) => member)).toEqual(members)
  })
})
