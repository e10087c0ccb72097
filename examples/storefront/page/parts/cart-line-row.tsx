import { Trash2 } from 'lucide-preact'
import { useState } from 'preact/hooks'
import { Link } from 'wouter-preact'
import { announce } from '../data/announce.ts'
import type { CartLine } from '../data/api-types.ts'
import { cartCount, setQuantity } from '../data/cart.ts'
import { describeProblem } from '../data/describe-problem.ts'
import { formatMoney } from '../data/money.ts'
import { productLink } from '../data/product-link.ts'
import { showToast } from '../data/toasts.ts'
import { Picture } from './picture.tsx'
import { QuantityStepper } from './quantity-stepper.tsx'
import { StockBadge } from './stock-badge.tsx'

/** One line of the cart. Shows the wanted quantity at once, and the server's again if the change is refused. */
export function CartLineRow({ line: { product, quantity } }: { line: CartLine }) {
  const [wanted, setWanted] = useState<number | undefined>(undefined)
  const { name, priceCents, stock } = product

  async function change(next: number): Promise<void> {
    setWanted(next)
    const answer = await setQuantity(product.id, next)
    setWanted((latest) => (latest === next ? undefined : latest))
    if (!answer.ok) showToast(`${name} was not changed. ${describeProblem(answer.problem)}`, 'problem')
    else if (next === 0) announce(`${name} removed. ${cartCount.peek()} in the cart.`)
    else announce(`${next} × ${name}, ${formatMoney(next * priceCents)}`)
  }

  return (
    <li
      class="cart-line"
      data-testid="cart-line"
      data-product-id={product.id}
      aria-busy={wanted !== undefined}
    >
      <Link href={productLink(product)} class="tile cart-picture" tabIndex={-1} aria-hidden="true">
        <Picture pictureBase={product.pictureBase} alt="" sizes="72px" />
      </Link>
      <div class="cart-name">
        <Link href={productLink(product)}>{name}</Link>
        <span class="quiet">{formatMoney(priceCents)} each</span>
        {(stock === 'low' || stock === 'sold-out') && <StockBadge stock={stock} />}
      </div>
      <QuantityStepper value={wanted || quantity} label={name} onChange={(next) => void change(next)} />
      <strong class="cart-sum" data-testid="line-total">
        {formatMoney((wanted ?? quantity) * priceCents)}
      </strong>
      <button
        type="button"
        class="icon-button"
        data-testid="cart-remove"
        aria-label={`Remove ${name}`}
        title="Remove"
        onClick={() => void change(0)}
      >
        <Trash2 aria-hidden="true" />
      </button>
    </li>
  )
}
