import { Lock, ShoppingBag } from 'lucide-preact'
import { useState } from 'preact/hooks'
import { Redirect } from 'wouter-preact'
import type { Order } from '../data/api-types.ts'
import { cart, cartProblem, loadCart } from '../data/cart.ts'
import { refreshSession, session } from '../data/session.ts'
import { CheckoutForm } from '../parts/checkout-form.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { OrderConfirmation } from '../parts/order-confirmation.tsx'
import { PageTitle } from '../parts/page-title.tsx'
import { ProblemState } from '../parts/problem-state.tsx'
import './checkout-page.css'

export function CheckoutPage() {
  const [placed, setPlaced] = useState<Order | undefined>(undefined)
  if (placed) {
    return (
      <div class="container page">
        <OrderConfirmation order={placed} />
      </div>
    )
  }
  return (
    <div class="container page">
      <PageTitle title="Checkout">Checkout</PageTitle>
      <Checkout onPlaced={setPlaced} />
    </div>
  )
}

function Checkout({ onPlaced }: { onPlaced: (order: Order) => void }) {
  const who = session.value
  const known = cart.value
  const problem =
    cartProblem.value ?? (who.state === 'unreachable' ? ({ kind: 'unreachable' } as const) : undefined)
  if (who.state === 'known' && !who.user) return <Redirect to="/login?next=/checkout" replace />
  if (who.state === 'known' && known) {
    if (known.lines.length > 0) return <CheckoutForm cart={known} onPlaced={onPlaced} />
    return (
      <EmptyState
        icon={<ShoppingBag />}
        heading="There is nothing to pay for"
        action={{ href: '/', text: 'Browse the shelves' }}
      >
        Your cart is empty.
      </EmptyState>
    )
  }
  if (problem) {
    return (
      <ProblemState
        problem={problem}
        subject="Checkout"
        onRetry={() => {
          void refreshSession()
          void loadCart()
        }}
      />
    )
  }
  return (
    <p class="quiet page-waiting">
      <Lock aria-hidden="true" /> One moment…
    </p>
  )
}
