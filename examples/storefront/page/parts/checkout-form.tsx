import { useEffect, useRef, useState } from 'preact/hooks'
import { fetchAccount } from '../data/account.ts'
import type { Address, Cart, Order } from '../data/api-types.ts'
import { describeProblem } from '../data/describe-problem.ts'
import { formatMoney } from '../data/money.ts'
import { newIdempotencyKey, placeOrder } from '../data/orders.ts'
import { AddressFields, EMPTY_ADDRESS, missingFields } from './address-fields.tsx'
import { SoldOutNotice, type SoldOut } from './sold-out-notice.tsx'

export interface CheckoutFormProps {
  cart: Cart
  onPlaced: (order: Order) => void
}

export function CheckoutForm({ cart, onPlaced }: CheckoutFormProps) {
  const [address, setAddress] = useState<Address>(EMPTY_ADDRESS)
  const [asked, setAsked] = useState(false)
  const [sending, setSending] = useState(false)
  const [soldOut, setSoldOut] = useState<SoldOut | undefined>(undefined)
  const [message, setMessage] = useState<string | undefined>(undefined)
  // One key for one order: it outlives lost answers, and ends with a definite one.
  const [firstKey] = useState(newIdempotencyKey)
  const key = useRef(firstKey)
  const touched = useRef(false)
  const form = useRef<HTMLFormElement>(null)

  useEffect(() => {
    const gone = new AbortController()
    void fetchAccount(gone.signal).then((answer) => {
      if (answer.ok && answer.value.address && !touched.current) setAddress(answer.value.address)
    })
    return () => gone.abort()
  }, [])

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setAsked(true)
    if (sending) return
    if (missingFields(address).length > 0) {
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus())
      return
    }
    setSending(true)
    setMessage(undefined)
    setSoldOut(undefined)
    const outcome = await placeOrder(cart, address, key.current)
    setSending(false)
    if (outcome.kind === 'placed') {
      onPlaced(outcome.order)
    } else if (outcome.kind === 'sold-out') {
      key.current = newIdempotencyKey()
      setSoldOut(outcome)
    } else if (outcome.problem.kind === 'unreachable') {
      setMessage(
        'The shop is out of reach, so it is not known whether the order arrived. Trying again is safe: it is placed once.',
      )
    } else {
      key.current = newIdempotencyKey()
      setMessage(
        outcome.problem.code === 'idempotency-key-reused'
          ? 'The order from the attempt before arrived after all. You find it in your account.'
          : describeProblem(outcome.problem),
      )
    }
  }

  return (
    <form class="checkout" ref={form} noValidate onSubmit={(event) => void submit(event)}>
      <div class="panel">
        <h2>Where to?</h2>
        <AddressFields
          address={address}
          showMissing={asked}
          onChange={(next) => {
            touched.current = true
            setAddress(next)
          }}
        />
      </div>
      <aside class="panel cart-summary" aria-labelledby="order-title">
        <h2 id="order-title">Your order</h2>
        <ul class="order-lines">
          {cart.lines.map(({ product, quantity }) => (
            <li key={product.id}>
              <span>
                {quantity} × {product.name}
              </span>
              <span>{formatMoney(quantity * product.priceCents)}</span>
            </li>
          ))}
        </ul>
        <dl class="sums">
          <div class="sums-total">
            <dt>Total</dt>
            <dd data-testid="cart-total" data-cents={cart.totalCents}>
              {formatMoney(cart.totalCents)}
            </dd>
          </div>
        </dl>
        {soldOut && <SoldOutNotice soldOut={soldOut} cart={cart} onSettled={() => setSoldOut(undefined)} />}
        {message && (
          <p class="notice notice-problem" role="alert" data-testid="order-problem">
            {message}
          </p>
        )}
        <button
          type="submit"
          class="button button-large button-wide"
          data-testid="place-order"
          aria-disabled={sending}
        >
          {sending ? 'Placing the order…' : `Place the order · ${formatMoney(cart.totalCents)}`}
        </button>
        <p class="quiet small">A demo: nothing is charged, nothing is sent.</p>
      </aside>
    </form>
  )
}
