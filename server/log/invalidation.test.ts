import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { property } from '../../test/support/property.ts'
import { EVERYTHING, checkInvalidation, decodeInvalidation, encodeInvalidation } from './invalidation.ts'

describe('an invalidation in the log', () => {
  property(
    'is read as it was written',
    [
      fc.record({
        keys: fc.array(fc.string()),
        groups: fc.array(fc.string()),
        prefixes: fc.array(fc.string()),
        mode: fc.constantFrom('delete' as const, 'expire' as const),
        at: fc.nat(),
      }),
    ],
    (invalidation) => {
      expect(decodeInvalidation(encodeInvalidation(invalidation))).toEqual(invalidation)
    },
  )

  property('that can not be read invalidates everything', [fc.string()], (text) => {
    expect(decodeInvalidation(text)).toEqual(EVERYTHING)
  })

  it('deletes where an older version wrote it without a mode', () => {
    expect(decodeInvalidation('[["a"],["g"],["p"]]')).toEqual({
      keys: ['a'],
      groups: ['g'],
      prefixes: ['p'],
      mode: 'delete',
    })
  })

  it.each([
    '[["a"],[],[],"archive",1]',
    '[["a"],[],[],null]',
    '[["a"],[],[],7]',
    '[["a"],[],"b"]',
    '[[1],[],[]]',
    '{}',
  ])('invalidates everything where it asks for what this version does not know: %s', (text) => {
    expect(decodeInvalidation(text)).toEqual(EVERYTHING)
  })

  it('is read without its time where that makes no sense', () => {
    expect(decodeInvalidation('[["a"],[],[],"expire","noon"]')).toEqual({
      keys: ['a'],
      groups: [],
      prefixes: [],
      mode: 'expire',
    })
  })
})

describe('what a caller asks for', () => {
  it('is completed and copied', () => {
    const keys = ['a']
    const checked = checkInvalidation({ keys })
    keys.push('b')
    expect(checked).toEqual({ keys: ['a'], groups: [], prefixes: [] })
    expect(checkInvalidation({ groups: ['g'] })).toEqual({ keys: [], groups: ['g'], prefixes: [] })
    expect(checkInvalidation({ groups: ['g'], mode: 'expire' })).toMatchObject({ mode: 'expire' })
  })

  it.each([
    [{}, 'nothing to invalidate'],
    [{ keys: [] }, 'nothing to invalidate'],
    [{ keys: 'a' }, '`keys: "a"`'],
    [{ keys: ['a'], mode: 'later' }, "`mode: \"later\"`. Give 'delete' or 'expire'"],
    [{ key: ['a'] }, 'no option `key`. Did you mean `keys`?'],
  ])('is refused where it is a mistake: %j', (invalidation, message) => {
    expect(() => checkInvalidation(invalidation as never)).toThrow(message)
  })
})
