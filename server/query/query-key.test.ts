import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { property } from '../../test/support/property.ts'
import { queryKey } from './query-key.ts'

const key = (...params: readonly unknown[]): string => queryKey('query', 'sql select $1', params)

describe('the key of a query', () => {
  it('tells types apart', () => {
    const now = new Date(1_000)
    const values = [
      [1],
      ['1'],
      [1n],
      [null],
      ['null'],
      [true],
      ['true'],
      [''],
      [],
      [Number.NaN],
      ['NaN'],
      [0],
      [-0],
      [now],
      [1_000],
      [now.toISOString()],
      [Buffer.from('1')],
      ['MQ=='],
      [[1]],
      ['{1}'],
      [[[1]]],
      [[1, 2]],
      [['1,2']],
      [1, 2],
      [{ a: 1 }],
      ['{"a":1}'],
      [Number.POSITIVE_INFINITY],
      [['text', '1']],
    ]
    const keys = values.map((params) => key(...params))
    expect(new Set(keys).size).toBe(values.length)
  })

  it('takes for one what a driver sends as one', () => {
    expect(key(undefined)).toBe(key(null))
    expect(key(Buffer.from('a'))).toBe(key(new Uint8Array([97])))
  })

  property<[string[], string[]]>(
    'differs where a text differs',
    [fc.array(fc.string()), fc.array(fc.string())],
    (one, other) => {
      expect(key(...one) === key(...other)).toBe(JSON.stringify(one) === JSON.stringify(other))
    },
  )

  it.each([
    [() => {}],
    [Symbol('a')],
    [new Map()],
    [new Date(Number.NaN)],
    [{ toPostgres: () => 'a' }],
    [{ a: 1n }],
  ])('is refused for a parameter that nothing is known of: %s', (value) => {
    expect(() => key(1, value)).toThrow(/The parameter \$2 is .*Give a text/)
  })

  it('shows neither the statement nor the parameters', () => {
    expect(key('hush')).toMatch(/^query:[\w-]{32}$/)
  })
})
