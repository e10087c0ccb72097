import { expect, it } from 'vitest'
import { parseStock } from './parse-stock.ts'

it('reads whole numbers of pieces', () => {
  expect(parseStock(' 12 ')).toEqual({ ok: true, count: 12 })
  expect(parseStock('0')).toEqual({ ok: true, count: 0 })
  expect(parseStock('1000000')).toEqual({ ok: true, count: 1_000_000 })
})

it.each(['', '-1', '1.5', '1e3', 'twelve', '1000001', '9'.repeat(30)])('refuses %j and says why', (text) => {
  expect(parseStock(text)).toMatchObject({ ok: false, message: expect.stringMatching(/./) })
})
