import { PartyPopper } from 'lucide-preact'
import { useEffect, useRef } from 'preact/hooks'
import { Link } from 'wouter-preact'
import type { Order } from '../data/api-types.ts'
import { formatMoney } from '../data/money.ts'

export function OrderConfirmation({ order }: { order: Order }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = 'Thank you · Fathom'
    heading.current?.focus({ preventScroll: true })
    scrollTo({ top: 0, behavior: 'instant' })
  }, [])
  return (
    <section class="confirmation panel" data-testid="order-confirmation" data-order-id={order.id}>
      <div class="tile empty-tile" aria-hidden="true">
        <PartyPopper />
      </div>
      <h1 class="page-title" tabIndex={-1} ref={heading}>
        Thank you
      </h1>
      <p>
        Order <strong>{order.id}</strong> is placed, for <strong>{formatMoney(order.totalCents)}</strong>.
      </p>
      <ul class="order-lines">
        {order.lines.map(({ productId, name, quantity, priceCents }) => (
          <li key={productId}>
            <span>
              {quantity} × {name}
            </span>
            <span>{formatMoney(quantity * priceCents)}</span>
          </li>
        ))}
      </ul>
      <p class="confirmation-actions">
        <Link href="/account" class="button">
          See your orders
        </Link>
        <Link href="/" class="button button-quiet">
          Keep browsing
        </Link>
      </p>
    </section>
  )
}
