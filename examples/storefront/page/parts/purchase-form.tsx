import { Check, ShoppingBag } from 'lucide-preact'
import { useState } from 'preact/hooks'
import type { Product } from '../data/api-types.ts'
import { reachable } from '../data/connection.ts'
import { QuantityStepper } from './quantity-stepper.tsx'
import { useAddToCart } from './use-add-to-cart.ts'

/** How many, and into the cart with them. */
export function PurchaseForm({ product }: { product: Product }) {
  const [quantity, setQuantity] = useState(1)
  const { state, add } = useAddToCart(product)
  if (product.stock === 'sold-out') {
    return (
      <div class="purchase">
        <button type="button" class="button button-large" data-testid="add-to-cart" disabled>
          Sold out
        </button>
      </div>
    )
  }
  return (
    <>
      <div class="purchase">
        <QuantityStepper value={quantity} label={product.name} onChange={setQuantity} />
        <button
          type="button"
          class="button button-large"
          data-testid="add-to-cart"
          data-state={state}
          aria-disabled={state === 'adding'}
          onClick={() => void add(quantity)}
        >
          {state === 'added' ? <Check aria-hidden="true" /> : <ShoppingBag aria-hidden="true" />}
          {state === 'added' ? 'Added' : 'Add to cart'}
        </button>
      </div>
      {!reachable.value && <p class="quiet purchase-note">Adding to the cart needs a connection.</p>}
    </>
  )
}
