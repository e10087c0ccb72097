import { createRandom } from '../eviction/traces.ts'

const WORDS =
  'ocean wave thermal layer warm cold deep light blue swift current reef coral sand shell harbor sail wind tide moon'.split(
    ' ',
  )

/** Values as an API answers them: one record, or a page of a list, of about so many bytes as JSON. The same in each run. */
export function createValue(bytes: number): unknown {
  const random = createRandom(5)
  const below = (limit: number): number => Math.floor(random() * limit)
  const text = (words: number): string =>
    Array.from({ length: words }, () => WORDS[below(WORDS.length)]).join(' ')
  const record = (id: number): object => ({
    id: 100_000 + id,
    sku: `SKU-${below(1e9).toString(36)}`,
    title: text(4),
    price: below(100_000) / 100,
    inStock: random() > 0.3,
    tags: [text(1), text(1)],
    rating: { average: below(50) / 10, count: below(5_000) },
    updatedAt: new Date(1.7e12 + below(1e11)).toISOString(),
    image: `https://img.example.com/p/${below(1e9).toString(16)}.webp`,
    note: random() > 0.8 ? 'Größe passt für jedes Café' : null,
  })
  if (bytes < 500)
    return {
      id: 100_042,
      title: text(4),
      summary: text(12),
      price: 59.9,
      inStock: true,
      tags: [text(1)],
      at: '2026-03-01T10:20:30.000Z',
    }
  if (bytes < 2_000) return { ...record(1), description: text(90) }
  const items = Array.from({ length: Math.round(bytes / JSON.stringify(record(0)).length) }, (_, id) =>
    record(id),
  )
  return { page: 1, total: items.length, items }
}
