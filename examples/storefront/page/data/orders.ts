import type { Address, Cart, Order } from './api-types.ts'
import { loadCart } from './cart.ts'
import type { Problem } from './result.ts'
import { sendJson } from './send-json.ts'

export type OrderOutcome =
  | { kind: 'placed'; order: Order }
  | { kind: 'sold-out'; productId: number; available: number }
  | { kind: 'failed'; problem: Problem }

/** A new key; made so that it can be had on a page without https as well, where there is no `randomUUID`. */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}

/**
 * Places the cart as an order. The same key must come with every attempt at the same order, so that an answer lost on
 * the way back doesn't become a second order.
 */
export async function placeOrder(
  { lines, totalCents }: Cart,
  address: Address,
  idempotencyKey: string,
): Promise<OrderOutcome> {
  const answer = await sendJson<{ order: Order }>('/api/orders', {
    method: 'POST',
    // What is ordered is what was shown: the lines, and the total that they came to.
    body: {
      address,
      lines: lines.map(({ product, quantity }) => ({ productId: product.id, quantity })),
      expectedTotalCents: totalCents,
    },
    headers: { 'idempotency-key': idempotencyKey },
  })
  if (answer.ok) {
    await loadCart()
    return { kind: 'placed', order: answer.value.order }
  }
  const { problem } = answer
  if (problem.kind === 'refused' && problem.code === 'sold-out') {
    const { productId, available } = problem.details
    return { kind: 'sold-out', productId: Number(productId), available: Number(available) || 0 }
  }
  // The cart that was shown is out of date: a new price, or an earlier attempt that did arrive.
  if (problem.kind === 'refused') await loadCart()
  return { kind: 'failed', problem }
}
