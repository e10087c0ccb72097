import { expect, test } from 'vitest'
import { KEYS, sampleValue, seededRandom, uniformOrder, zipfOrder } from './keys.ts'

const LENGTH = 50_000

function frequency(order: Uint32Array): number[] {
  const counts = Array.from({ length: KEYS.length }, () => 0)
  for (const index of order) counts[index] = (counts[index] ?? 0) + 1
  return counts
}

test('a Zipf order asks for the first key twice as often as for the second, and for the last now and then', () => {
  const [first = 0, second = 0, ...rest] = frequency(zipfOrder(KEYS.length, LENGTH, seededRandom(1)))
  expect(first / second).toBeGreaterThan(1.8)
  expect(first / second).toBeLessThan(2.2)
  expect(rest.at(-1)).toBeGreaterThan(0)
})

test('a uniform order asks for each key about as often as for any other', () => {
  const counts = frequency(uniformOrder(KEYS.length, LENGTH, seededRandom(1)))
  expect(Math.min(...counts)).toBeGreaterThan(15)
  expect(Math.max(...counts)).toBeLessThan(100)
})

test('the same seed gives every process the same keys', () => {
  expect(zipfOrder(9, 20, seededRandom(3))).toEqual(zipfOrder(9, 20, seededRandom(3)))
})

test('the big value takes 10 kB', () => {
  const { length } = JSON.stringify(sampleValue('a', true))
  expect(length).toBeGreaterThan(9_500)
  expect(length).toBeLessThan(10_500)
})
