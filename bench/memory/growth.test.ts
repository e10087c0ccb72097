import { expect, test } from 'vitest'
import { growth } from './growth.ts'

test('growth is counted from the second million: the first one fills what is bounded', () => {
  const points = [50, 100, 120, 105].map((rssBytes, index) => ({
    millions: index + 1,
    rssBytes,
    heapBytes: 0,
  }))
  expect(growth(points)).toBeCloseTo(0.05)
  expect(() => growth(points.slice(0, 1))).toThrow('second million')
})
