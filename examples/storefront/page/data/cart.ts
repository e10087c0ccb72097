import { computed, signal } from '@preact/signals'
import type { Cart } from './api-types.ts'
import { requestJson } from './request-json.ts'
import { failed, type Problem, type Result } from './result.ts'
import { sendJson } from './send-json.ts'

/** The most of one product that a cart line takes. */
export const MAX_QUANTITY = 99
const MAX_LINES = 50

const held = signal<Cart | undefined>(undefined)
const problem = signal<Problem | undefined>(undefined)

/** The cart as the server last told it. */
export const cart = computed(() => held.value)

/** Why the cart could not be read. */
export const cartProblem = computed(() => problem.value)

export const cartCount = computed(() =>
  (held.value?.lines ?? []).reduce((sum, line) => sum + line.quantity, 0),
)

export async function loadCart(): Promise<Result<Cart>> {
  const answer = await requestJson<Cart>('/api/cart')
  if (answer.ok) held.value = answer.value
  problem.value = answer.ok ? undefined : answer.problem
  return answer
}

// One change at a time: each starts from the cart that the one before it left.
let lastChange: Promise<unknown> = Promise.resolve()

/** Puts `quantity` more of a product into the cart. */
export function addToCart(productId: number, quantity: number): Promise<Result<Cart>> {
  return change((quantities) => {
    quantities.set(productId, Math.min((quantities.get(productId) ?? 0) + quantity, MAX_QUANTITY))
  })
}

/** Sets a line's quantity; 0 takes the line out. */
export function setQuantity(productId: number, quantity: number): Promise<Result<Cart>> {
  return change((quantities) => {
    if (quantity === 0) quantities.delete(productId)
    else quantities.set(productId, Math.min(quantity, MAX_QUANTITY))
  })
}

function change(edit: (quantities: Map<number, number>) => void): Promise<Result<Cart>> {
  const next = lastChange.then(() => applyChange(edit))
  lastChange = next
  return next
}

async function applyChange(edit: (quantities: Map<number, number>) => void): Promise<Result<Cart>> {
  if (!held.peek()) {
    const loaded = await loadCart()
    if (!loaded.ok) return loaded
  }
  const quantities = new Map(held.peek()?.lines.map((line) => [line.product.id, line.quantity]))
  edit(quantities)
  const lines = [...quantities].map(([productId, quantity]) => ({ productId, quantity }))
  if (lines.length > MAX_LINES) {
    const details = { message: `A cart holds ${MAX_LINES} different pieces at most.` }
    return failed({ kind: 'refused', status: 400, code: 'cart-full', details })
  }
  const answer = await sendJson<Cart>('/api/cart', { method: 'PUT', body: { lines } })
  if (answer.ok) held.value = answer.value
  return answer
}
