import { expect, it } from 'vitest'
import { buildCatalogue } from './build-catalogue.ts'

const { products, categories } = await buildCatalogue()

it('offers at least 1,000 distinct products in 8 to 12 categories', () => {
  expect(products.length).toBeGreaterThanOrEqual(1_000)
  expect(new Set(products.map(({ name }) => name)).size).toBe(products.length)
  expect(new Set(products.map(({ render }) => render)).size).toBe(products.length)
  expect(categories.length).toBeGreaterThanOrEqual(8)
  expect(categories.length).toBeLessThanOrEqual(12)
  for (const { id } of categories) {
    expect(products.filter(({ categoryId }) => categoryId === id).length).toBeGreaterThanOrEqual(40)
  }
})

it('is the same at every start', async () => {
  expect(await buildCatalogue()).toEqual({ products, categories })
})

it('asks prices in whole cents that end in .00, .50 or .90', () => {
  const wrong = products.filter(
    ({ priceCents }) => ![0, 50, 90].includes(priceCents % 100) || priceCents < 300 || priceCents > 9_000,
  )
  expect(wrong).toEqual([])
})

it('has most things in stock, some low and a few sold out', () => {
  const soldOut = products.filter(({ stock }) => stock === 0).length / products.length
  const plenty = products.filter(({ stock }) => stock > 5).length / products.length
  expect(soldOut).toBeGreaterThan(0.02)
  expect(soldOut).toBeLessThan(0.08)
  expect(plenty).toBeGreaterThan(0.75)
})

it('writes names and descriptions that read as finished text', () => {
  const unfinished = products.filter(
    ({ name, slug, description }) =>
      !/^[\p{Lu}\d]/u.test(name) ||
      !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug) ||
      !/^\p{Lu}.{60,330}[.?]$/u.test(description) ||
      /[{}]|undefined|NaN| {2}/.test(description),
  )
  expect(unfinished).toEqual([])
})
