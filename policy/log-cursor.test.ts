import { expect, it } from 'vitest'
import { hasReached } from './log-cursor.ts'

it.each([
  ['17', '9', true],
  ['9', '9', true],
  ['9', '17', false],
  ['17-a', '9-a', true],
  ['17-a', '9-b', false],
  ['17', '9-b', false],
  [undefined, '9', false],
  ['9', undefined, false],
  ['', '', false],
  ['x', '1', false],
])('%s against %s: %s', (cursor, other, expected) => {
  expect(hasReached(cursor, other)).toBe(expected)
})
