import { describe, expect, it } from 'vitest'
import { MAX_CENTS, centsToInput, formatMoney, parseEuros } from './money.ts'

describe('parseEuros', () => {
  it.each([
    ['12', 1200],
    ['12.5', 1250],
    ['12.50', 1250],
    ['12,50', 1250],
    ['0.01', 1],
    [' € 12.90 ', 1290],
    ['12.90 EUR', 1290],
    ['1,234.50', 123450],
    ['1.234,50', 123450],
    ['1.10', 110],
    ['19.99', 1999],
    ['4.35', 435],
    ['100000', MAX_CENTS],
  ])('reads %j as %d cents', (text, cents) => {
    expect(parseEuros(text)).toEqual({ ok: true, cents })
  })

  it.each([
    '',
    '  ',
    '0',
    '0.00',
    '100000.01',
    '-1',
    '+1',
    '1.234',
    '1,234',
    '12.345',
    '1e3',
    '0x10',
    'twelve',
    '12.',
    '.5',
    '1,2,3',
    '1 000 000.01',
    '9'.repeat(40),
  ])('refuses %j and says what to write', (text) => {
    expect(parseEuros(text)).toMatchObject({ ok: false, message: expect.stringMatching(/Write|most/) })
  })

  it('reads back every price it writes into a field', () => {
    for (let cents = 1; cents < 3000; cents++) {
      expect(parseEuros(centsToInput(cents))).toEqual({ ok: true, cents })
    }
  })
})

it('writes cents with the currency', () => {
  expect(formatMoney(1250)).toBe('€12.50')
  expect(formatMoney(123456)).toBe('€1,234.56')
  expect(formatMoney(5)).toBe('€0.05')
})
