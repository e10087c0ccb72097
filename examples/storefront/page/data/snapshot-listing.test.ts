import { expect, it } from 'vitest'
import type { Snapshot } from './catalogue-snapshot.ts'
import { snapshotListing } from './snapshot-listing.ts'

const snapshot: Snapshot = {
  categories: [],
  products: Array.from({ length: 60 }, (_, index) => ({
    id: index + 1,
    slug: `thing-${index}`,
    name: `Thing ${String.fromCharCode(97 + (index % 26))}${index}`,
    categoryId: index < 30 ? 'sky' : 'sea',
    priceCents: 1000 - index,
    pictureBase: 'any',
  })),
}

it('cuts a category into pages of 24', () => {
  const first = snapshotListing(snapshot, { category: 'sky', page: 1, sort: 'name' })
  const second = snapshotListing(snapshot, { category: 'sky', page: 2, sort: 'name' })
  expect(first).toMatchObject({ total: 30, page: 1, pageSize: 24 })
  expect(first.items).toHaveLength(24)
  expect(second.items).toHaveLength(6)
  expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(30)
})

it('sorts by name or by price, either way', () => {
  const prices = (sort: 'price-asc' | 'price-desc'): number[] =>
    snapshotListing(snapshot, { page: 1, sort }).items.map(({ priceCents }) => priceCents)
  expect(prices('price-asc')[0]).toBe(941)
  expect(prices('price-desc')[0]).toBe(1000)
  expect(snapshotListing(snapshot, { page: 1, sort: 'name' }).items[0]?.name).toBe('Thing a0')
})

it('answers a page past the end with no items and the true total', () => {
  expect(snapshotListing(snapshot, { page: 9, sort: 'name' })).toMatchObject({ items: [], total: 60 })
})
