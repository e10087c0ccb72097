import { useState } from 'preact/hooks'
import type { Cart } from '../data/api-types.ts'
import { setQuantity } from '../data/cart.ts'
import { describeProblem } from '../data/describe-problem.ts'

export interface SoldOut {
  productId: number
  /** How many pieces there still are. */
  available: number
}

export interface SoldOutNoticeProps {
  soldOut: SoldOut
  cart: Cart
  /** The cart asks for no more than there is. */
  onSettled: () => void
}

/** Says that somebody else was faster, and offers to take what there is. */
export function SoldOutNotice({ soldOut: { productId, available }, cart, onSettled }: SoldOutNoticeProps) {
  const [message, setMessage] = useState<string | undefined>(undefined)
  const name = cart.lines.find(({ product }) => product.id === productId)?.product.name ?? 'One of the pieces'

  async function settle(): Promise<void> {
    const answer = await setQuantity(productId, available)
    if (answer.ok) onSettled()
    else setMessage(describeProblem(answer.problem))
  }

  return (
    <div class="notice notice-problem" role="alert" data-testid="sold-out">
      <p>
        <strong>{name}</strong>{' '}
        {available === 0 ? 'was sold out a moment ago.' : `is nearly gone: only ${available} left.`} Nothing
        was ordered yet.
      </p>
      <button
        type="button"
        class="button button-small"
        data-testid="sold-out-settle"
        onClick={() => void settle()}
      >
        {available === 0 ? 'Take it out of the cart' : `Take ${available} instead`}
      </button>
      {message && <p>{message}</p>}
    </div>
  )
}
