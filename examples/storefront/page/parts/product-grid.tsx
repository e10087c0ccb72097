import type { ProductSummary } from '../data/api-types.ts'
import { ProductCard } from './product-card.tsx'

export interface ProductGridProps {
  /** Missing while they load: as many empty cards hold the room. */
  products: readonly ProductSummary[] | undefined
  count: number
  busy?: boolean
  itemTestId?: string
  /** How many pictures the first screen shows. */
  eager?: number
}

export function ProductGrid({ products, count, busy = false, itemTestId, eager = 0 }: ProductGridProps) {
  if (!products) {
    return (
      <ul class="product-grid" aria-busy="true" aria-label="Loading products">
        {Array.from({ length: count }, (_, index) => (
          <li key={`empty-${index}`} class="card card-skeleton" aria-hidden="true">
            <span class="tile card-tile" />
            <span class="skeleton-line" />
            <span class="skeleton-line skeleton-short" />
          </li>
        ))}
      </ul>
    )
  }
  return (
    <ul class="product-grid" aria-busy={busy}>
      {products.map((product, index) => (
        <li key={product.id} data-testid={itemTestId}>
          <ProductCard product={product} eager={index < eager} />
        </li>
      ))}
    </ul>
  )
}
