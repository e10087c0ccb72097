import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { property } from '../../test/support/property.ts'
import { rowsCodec } from './rows-codec.ts'

const around = (value: unknown): unknown => rowsCodec.decode(Buffer.from(rowsCodec.encode(value)))

describe('rows in L2', () => {
  it('come back as what they were', () => {
    const rows = [
      {
        date: new Date('2026-11-22T10:00:00Z'),
        big: 2n ** 63n - 1n,
        numeric: '12345678901234567890.123',
        bytes: Buffer.from([0, 255]),
        raw: new Uint8Array([1, 2]),
        nan: Number.NaN,
        infinity: Number.NEGATIVE_INFINITY,
        minus: -0,
        nothing: null,
        list: [new Date(0), [1n]],
        json: { $date: 1 },
        nested: { $object: { $bigint: '1' } },
        ['__proto__']: 'a column',
      },
    ]
    const back = around(rows) as typeof rows
    expect(back).toStrictEqual(rows)
    expect(Buffer.isBuffer(back[0]?.bytes)).toBe(true)
    expect(Object.is(back[0]?.minus, -0)).toBe(true)
  })

  it('keep a Date that is none', () => {
    expect(around([{ at: new Date(Number.NaN) }])).toEqual([{ at: new Date(Number.NaN) }])
  })

  property<[unknown]>(
    'come back whatever they hold',
    [
      fc.anything({
        key: fc.oneof(fc.string(), fc.constantFrom('$date', '$object', '$x', '$')),
        values: [
          fc.string(),
          fc.double(),
          fc.boolean(),
          fc.bigInt(),
          fc.date(),
          fc.constant(null),
          fc.constant(undefined),
        ],
      }),
    ],
    (value) => {
      expect(around(value)).toEqual(value)
    },
  )

  it('are not written where an object has a class of its own', () => {
    class Interval {
      days = 1
    }
    expect(() => rowsCodec.encode([{ lasts: new Interval() }])).toThrow(/class/)
    expect(() => rowsCodec.encode([{ lasts: () => 1 }])).toThrow(/can not be written/)
  })

  it('of another version count as missing', () => {
    expect(() => rowsCodec.decode(Buffer.from('[{"a":{"$later":1}}]'))).toThrow(/another version/)
  })
})
