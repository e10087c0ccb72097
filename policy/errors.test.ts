import { describe, expect, it } from 'vitest'
import { ThermoclineError, describeValue, isThermoclineError } from './errors.ts'

describe('a ThermoclineError', () => {
  it('has a name, a code, a message and a cause', () => {
    const cause = new Error('why')
    const error = new ThermoclineError('key-invalid', 'The key is empty.', { cause })
    expect(error).toMatchObject({
      name: 'ThermoclineError',
      code: 'key-invalid',
      message: 'The key is empty.',
      cause,
    })
    expect(error).toBeInstanceOf(Error)
  })

  it('is known as one, also from another copy of the library', () => {
    expect(isThermoclineError(new ThermoclineError('key-invalid', 'x'))).toBe(true)
    expect(isThermoclineError({ [Symbol.for('thermocline.error')]: true })).toBe(true)
  })

  it.each([[new Error('x')], [null], [undefined], ['key-invalid'], [{}], [{ code: 'key-invalid' }]])(
    'what else is caught is none: %j',
    (value) => {
      expect(isThermoclineError(value)).toBe(false)
    },
  )
})

it.each([
  ['a "b"', String.raw`"a \"b\""`],
  ['x'.repeat(80), `"${'x'.repeat(80)}"`],
  ['x'.repeat(81), `"${'x'.repeat(77)}..."`],
  [['secret', 'other'], 'an array of 2'],
  [{ password: 'secret' }, 'an object'],
  [() => 'secret', 'a function'],
  [5, '5'],
  [null, 'null'],
  [undefined, 'undefined'],
])('in a message %j reads %s, and gives no secret away', (value, text) => {
  expect(describeValue(value)).toBe(text)
})
