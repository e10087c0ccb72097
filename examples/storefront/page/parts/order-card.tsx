import { Link } from 'wouter-preact'
import type { Order } from '../data/api-types.ts'
import { formatMoney } from '../data/money.ts'
import { productLink } from '../data/product-link.ts'
import { Picture } from './picture.tsx'

const day = new Intl.DateTimeFormat('en-IE', { dateStyle: 'long' })

export function OrderCard({ order }: { order: Order }) {
  return (
    <li class="panel order" data-testid="account-order" data-order-id={order.id}>
      <p class="order-head">
        <span>
          <strong>Order {order.id}</strong>
          <time class="quiet" dateTime={order.placedAt}>
            {day.format(new Date(order.placedAt))}
          </time>
        </span>
        <strong>{formatMoney(order.totalCents)}</strong>
      </p>
      <ul class="order-pieces">
        {order.lines.map(({ productId, slug, name, pictureBase, quantity }) => (
          <li key={productId}>
            <Link href={productLink({ id: productId, slug })} class="order-piece">
              <span class="tile">
                <Picture pictureBase={pictureBase} alt="" sizes="48px" />
              </span>
              <span>
                {quantity} × {name}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </li>
  )
}
