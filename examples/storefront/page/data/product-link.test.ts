import { expect, it } from 'vitest'
import { nameFromSegment, productIdFrom, productLink } from './product-link.ts'

it('finds the product again in the address that it made', () => {
  const link = productLink({ id: 42, slug: 'red-apple' })
  expect(link).toBe('/p/42-red-apple')
  expect(productIdFrom(link.slice('/p/'.length))).toBe(42)
})

it('takes the id without its slug, and nothing that is no id', () => {
  expect(productIdFrom('42')).toBe(42)
  for (const segment of ['', '0', '-1', 'red-apple', '42x', '1e3', '99999999999']) {
    expect(productIdFrom(segment)).toBeUndefined()
  }
})

it('makes a readable name of the slug', () => {
  expect(nameFromSegment('42-red-apple')).toBe('Red apple')
  expect(nameFromSegment('42')).toBe('Product')
})
