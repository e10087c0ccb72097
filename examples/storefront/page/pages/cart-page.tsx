import { ArrowRight, Shell } from 'lucide-preact'
import { Link } from 'wouter-preact'
import type { Cart } from '../data/api-types.ts'
import { cart, cartProblem, loadCart } from '../data/cart.ts'
import { reachable } from '../data/connection.ts'
import { formatMoney } from '../data/money.ts'
import { CartLineRow } from '../parts/cart-line-row.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { LastSeenNote } from '../parts/last-seen-note.tsx'
import { PageTitle } from '../parts/page-title.tsx'
import { ProblemState } from '../parts/problem-state.tsx'

export function CartPage() {
  const known = cart.value
  const problem = cartProblem.value
  return (
    <div class="container page">
      <PageTitle title="Cart">Your cart</PageTitle>
      {known ? (
        <CartContent cart={known} />
      ) : problem ? (
        <ProblemState problem={problem} subject="Your cart" onRetry={() => void loadCart()} />
      ) : (
        <div class="page-waiting" aria-busy="true" />
      )}
    </div>
  )
}

function CartContent({ cart: { lines, totalCents } }: { cart: Cart }) {
  if (lines.length === 0) {
    return (
      <EmptyState
        icon={<Shell />}
        heading="Nothing in here yet"
        action={{ href: '/', text: 'Browse the shelves' }}
      >
        An empty shell, and a whole shop of things to fill it with.
      </EmptyState>
    )
  }
  const pieces = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  return (
    <>
      {!reachable.value && <LastSeenNote text="Offline: the cart as last seen. Changes need a connection." />}
      <div class="cart">
        <ul class="cart-lines" aria-label="Pieces in the cart">
          {lines.map((line) => (
            <CartLineRow key={line.product.id} line={line} />
          ))}
        </ul>
        <aside class="panel cart-summary" aria-labelledby="summary-title">
          <h2 id="summary-title">Summary</h2>
          <dl class="sums">
            <div>
              <dt>
                {pieces} {pieces === 1 ? 'piece' : 'pieces'}
              </dt>
              <dd>{formatMoney(totalCents)}</dd>
            </div>
            <div>
              <dt>Delivery by current</dt>
              <dd>Free</dd>
            </div>
            <div class="sums-total">
              <dt>Total</dt>
              <dd data-testid="cart-total" data-cents={totalCents}>
                {formatMoney(totalCents)}
              </dd>
            </div>
          </dl>
          <Link href="/checkout" class="button button-large button-wide" data-testid="to-checkout">
            Check out <ArrowRight aria-hidden="true" />
          </Link>
        </aside>
      </div>
    </>
  )
}
