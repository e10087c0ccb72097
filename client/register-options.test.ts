import { expect, it } from 'vitest'
import { type RegisterOptions, resolveRegisterOptions } from './register-options.ts'

const BASE = 'https://shop.example/c/shoes?sort=price'

it('fills in the defaults', () => {
  expect(resolveRegisterOptions({}, BASE)).toEqual({
    url: 'https://shop.example/sw.js',
    scope: 'https://shop.example/',
    updateCheckMs: 3_600_000,
  })
})

it('takes urls, relative paths and no checks', () => {
  expect(
    resolveRegisterOptions(
      { url: new URL('https://shop.example/a/sw.js?v=2'), scope: '../', updateCheck: 0 },
      BASE,
    ),
  ).toEqual({ url: 'https://shop.example/a/sw.js?v=2', scope: 'https://shop.example/', updateCheckMs: 0 })
})

it('takes an explicit undefined as unset', () => {
  expect(resolveRegisterOptions({ url: undefined, scope: undefined, updateCheck: undefined }, BASE)).toEqual(
    resolveRegisterOptions({}, BASE),
  )
})

it.each([
  [{ url: '' }, '`url` is ""'],
  [{ url: 3 }, '`url` is 3'],
  [{ url: 'https://cdn.example/sw.js' }, 'https://shop.example'],
  [{ url: 'http://' }, '`url` is "http://"'],
  [{ scope: 'https://other.example/' }, '`scope` is'],
  [{ updateCheck: 60 }, '`updateCheck` is 60. Write milliseconds'],
  [{ updateCheck: -1 }, '`updateCheck` is -1'],
  [{ updateCheck: Number.NaN }, '`updateCheck` is NaN'],
  [{ updateCheck: 2_147_483_648 }, '`updateCheck` is 2147483648'],
  [{ updateCheck: '1h' }, '`updateCheck` is "1h"'],
  [{ updatecheck: 1000 }, 'no option `updatecheck`'],
  ['/sw.js', 'The options of register() are "/sw.js"'],
  [null, 'The options of register() are null'],
])('refuses %j and says what to write', (options, message) => {
  expect(() => resolveRegisterOptions(options as RegisterOptions, BASE)).toThrowError(
    expect.objectContaining({ code: 'option-invalid', message: expect.stringContaining(message) }),
  )
})
