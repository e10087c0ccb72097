import { Check, Plus } from 'lucide-preact'
import type { ProductSummary } from '../data/api-types.ts'
import { useAddToCart } from './use-add-to-cart.ts'

/** The round button on a card that puts one piece into the cart. */
export function QuickAdd({ product }: { product: ProductSummary }) {
  const { state, add } = useAddToCart(product)
  return (
    <button
      type="button"
      class="quick-add"
      data-testid="quick-add"
      data-state={state}
      aria-label={`Add ${product.name} to the cart`}
      aria-disabled={state === 'adding'}
      onClick={() => void add(1)}
    >
      {state === 'added' ? <Check aria-hidden="true" /> : <Plus aria-hidden="true" />}
    </button>
  )
}
