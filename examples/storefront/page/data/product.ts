import type { Product, ProductSummary } from './api-types.ts'
import { orFromSnapshot, type Snapshot } from './catalogue-snapshot.ts'
import { fetchListing } from './listing.ts'
import { requestJson } from './request-json.ts'
import type { Result } from './result.ts'

const TAGS_ASKED = 2

/** One product; without description and stock, out of the snapshot, where the shop is out of reach. */
export async function fetchProduct(id: number, signal: AbortSignal): Promise<Result<Product>> {
  const answer = await requestJson<Product>(`/api/products/${id}`, { signal })
  return orFromSnapshot(answer, (snapshot) => snapshotProduct(snapshot, id))
}

function snapshotProduct(snapshot: Snapshot, id: number): Product | undefined {
  const product = snapshot.products.find((candidate) => candidate.id === id)
  if (!product) return undefined
  const category = snapshot.categories.find((candidate) => candidate.id === product.categoryId)
  return { ...product, categoryName: category?.name ?? '', description: '', tags: [], currency: 'EUR' }
}

/** Up to `count` other products of the same category, the ones that share a tag before the rest. */
export async function fetchRelated(
  product: Product,
  count: number,
  signal: AbortSignal,
): Promise<Result<ProductSummary[]>> {
  const inCategory = { category: product.categoryId, page: 1, sort: 'name' } as const
  const found = new Map<number, ProductSummary>()
  const collect = (items: readonly ProductSummary[]): void => {
    for (const item of items) if (item.id !== product.id) found.set(item.id, item)
  }
  const tagged = await Promise.all(
    product.tags.slice(0, TAGS_ASKED).map((q) => fetchListing({ ...inCategory, q }, signal)),
  )
  for (const answer of tagged) if (answer.ok) collect(answer.value.items)
  if (found.size < count) {
    const rest = await fetchListing(inCategory, signal)
    if (!rest.ok) return rest
    collect(rest.value.items)
  }
  return { ok: true, value: [...found.values()].slice(0, count), lastSeen: false }
}
