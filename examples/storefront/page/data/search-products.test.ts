import { expect, it } from 'vitest'
import type { ProductSummary } from './api-types.ts'
import { searchProducts } from './search-products.ts'

const names = ['Pineapple', 'Green Apple', 'Red Apple', 'Apple', 'Apple Crate', 'Café Table', 'Love-You Hand']
const products: ProductSummary[] = names.map((name, index) => ({
  id: index + 1,
  slug: name,
  name,
  categoryId: 'any',
  priceCents: 100,
  pictureBase: 'any',
}))

const search = (query: string): string[] => searchProducts(products, query).map(({ name }) => name)

it('puts the exact name first, then beginnings, then whole words, then parts', () => {
  expect(search('apple')).toEqual(['Apple', 'Apple Crate', 'Green Apple', 'Red Apple', 'Pineapple'])
})

it('wants every word, in any order', () => {
  expect(search('apple red')).toEqual(['Red Apple'])
  expect(search('apple blue')).toEqual([])
})

it('overlooks case, accents and punctuation', () => {
  expect(search('CAFE')).toEqual(['Café Table'])
  expect(search('love you')).toEqual(['Love-You Hand'])
})

it('finds nothing for nothing', () => {
  expect(search('')).toEqual([])
  expect(search(' ?! ')).toEqual([])
})
