import { expect, it } from 'vitest'
import { hasReached } from './log-cursor.ts'

it.each([
  ['17', '9', true],
  ['9', '9', true],
  ['9', '17', false],
  ['17-a', '9-a', true],
  ['17-a', '9-b', false],
  ['17', '9-b', false],
  ['17~a-b_c', '9~a-b_c', true],
  ['17-a~x', '9-a~x', true],
  ['17-a~x', '9-a~y', false],
  ['17~x', '9', false],
  ['17', '9~x', false],
  ['17~x.12', '9~x', true],
  ['17~x.12', '13~x', false],
  ['17~x', '9~x.3', true],
  ['17~x.12', '17~x.12', true],
  ['17~x.12', '9~x.13', false],
  ['17-a.12', '13-a.11', true],
  ['17.12', '17', false],
  [undefined, '9', false],
  ['9', undefined, false],
  ['', '', false],
  ['x', '1', false],
  ['unknown', 'unknown', false],
  ['17', 'unknown', false],
])('%s against %s: %s', (cursor, other, expected) => {
  expect(hasReached(cursor, other)).toBe(expected)
})
