import { expect, test } from 'vitest'
import { findMiscount } from './verify.ts'

test('a handler that is said to run each time may not be spared, and a hit may not run it', () => {
  expect(findMiscount({ handler: 'each' }, 100, 100)).toBeUndefined()
  expect(findMiscount({ handler: 'each' }, 99, 100)).toContain('ran 99 times')
  expect(findMiscount({ handler: 'first' }, 0, 100)).toBeUndefined()
  expect(findMiscount({ handler: 'first' }, 1, 100)).toContain('ran 1 times')
  expect(findMiscount({ handler: 'none' }, 1, 100)).toContain('ran 1 times')
})
