import type { Category, ProductSummary } from './api-types.ts'
import { requestJson } from './request-json.ts'
import type { Result } from './result.ts'

/** The whole shop in one compact document, kept in memory and by the service worker to browse offline. */
export interface Snapshot {
  products: ProductSummary[]
  categories: Category[]
}

type CompactProduct = [
  id: number,
  slug: string,
  name: string,
  categoryId: string,
  priceCents: number,
  pictureBase: string,
]

interface CatalogueAnswer {
  products: CompactProduct[]
  categories: Category[]
}

let held: Snapshot | undefined

/** The snapshot if it was loaded before; nothing is fetched. */
export function heldSnapshot(): Snapshot | undefined {
  return held
}

/** Fetches the snapshot; when the shop is out of reach, the one in memory answers. */
export async function loadSnapshot(): Promise<Result<Snapshot>> {
  const answer = await requestJson<CatalogueAnswer>('/api/catalog', { cache: 'default' })
  if (answer.ok) {
    held = {
      categories: answer.value.categories,
      products: answer.value.products.map(([id, slug, name, categoryId, priceCents, pictureBase]) => ({
        id,
        slug,
        name,
        categoryId,
        priceCents,
        pictureBase,
      })),
    }
    return { ok: true, value: held, lastSeen: answer.lastSeen }
  }
  return held ? { ok: true, value: held, lastSeen: true } : answer
}

/** Answers `ask` from the snapshot where the shop is out of reach; any other problem stays as it is. */
export async function orFromSnapshot<T>(
  answer: Result<T>,
  ask: (snapshot: Snapshot) => T | undefined,
): Promise<Result<T>> {
  if (answer.ok || answer.problem.kind !== 'unreachable') return answer
  const snapshot = await loadSnapshot()
  if (!snapshot.ok) return answer
  const value = ask(snapshot.value)
  return value === undefined ? answer : { ok: true, value, lastSeen: true }
}
