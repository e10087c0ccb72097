import { expect, it } from 'vitest'
import { ANONYMOUS_PARTITION, isPartitionId } from './partition.ts'

it.each(['a', 'A-z_09', ANONYMOUS_PARTITION, 'x'.repeat(64)])('%j can name a partition', (id) => {
  expect(isPartitionId(id)).toBe(true)
})

it.each([[''], ['a b'], [' a'], ['a/'], ['a\n'], ['é'], ['x'.repeat(65)], [5], [null], [undefined]])(
  '%j can not',
  (id) => {
    expect(isPartitionId(id)).toBe(false)
  },
)
