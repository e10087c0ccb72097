import { expect, test } from 'vitest'
import { parseEnginesArguments } from '../../e2e/engines/arguments.ts'

test('without arguments every engine runs every case of the built worker', () => {
  expect(parseEnginesArguments([])).toEqual({
    engines: ['chromium', 'firefox', 'webkit'],
    only: '',
    worker: undefined,
  })
})

test('engines, a part of the cases and another worker can be named', () => {
  expect(parseEnginesArguments(['webkit', '--only', 'Vary', '--worker', '/w.js'])).toEqual({
    engines: ['webkit'],
    only: 'vary',
    worker: '/w.js',
  })
})

test('an unknown engine is refused with the known ones', () => {
  expect(() => parseEnginesArguments(['safari'])).toThrow(
    'There is no engine "safari". Take chromium, firefox, webkit.',
  )
})
