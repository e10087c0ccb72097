import type { ProductSummary } from './api-types.ts'

/** Lower case without accents, so that `cafe` finds `Café`. */
function foldText(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .toLowerCase()
}

/** The products whose names hold every word of the query, best match first; ties keep their order. */
export function searchProducts(products: readonly ProductSummary[], query: string): ProductSummary[] {
  const words = foldText(query)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
  if (words.length === 0) return []
  const found: { product: ProductSummary; rank: number }[] = []
  for (const product of products) {
    const name = foldText(product.name)
    if (words.every((word) => name.includes(word))) found.push({ product, rank: rankOf(name, words) })
  }
  return found.toSorted((a, b) => a.rank - b.rank).map(({ product }) => product)
}

function rankOf(name: string, words: readonly string[]): number {
  const phrase = words.join(' ')
  if (name === phrase) return 0
  if (name.startsWith(phrase)) return 1
  const nameWords = name.split(/[^\p{L}\p{N}]+/u)
  if (words.every((word) => nameWords.includes(word))) return 2
  if (words.every((word) => nameWords.some((nameWord) => nameWord.startsWith(word)))) return 3
  return 4
}
