import { expect, it } from 'vitest'
import { percentile, ratioOf, verdictOf } from './summary.ts'

it('compares within each round, so that a slow round weighs no more than another', () => {
  expect(ratioOf([2, 40, 3], [4, 80, 4])).toEqual({ middle: 0.5, lowest: 0.5, highest: 0.75 })
  expect(ratioOf([], [1])).toBeUndefined()
})

it('takes percentiles', () => {
  const values = Array.from({ length: 100 }, (_, index) => index)
  expect(percentile(values, 0.5)).toBe(50)
  expect(percentile(values, 0.95)).toBe(95)
  expect(percentile([7], 0.95)).toBe(7)
})

it('judges by the middle round', () => {
  const ratio = { middle: 0.7, lowest: 0.1, highest: 2 }
  expect(verdictOf({ name: '', ratio, most: 0.7 })).toBe('met')
  expect(verdictOf({ name: '', ratio, most: 0.69 })).toBe('not met')
  expect(verdictOf({ name: '', ratio: undefined, most: 1 })).toBe('not measured')
})
