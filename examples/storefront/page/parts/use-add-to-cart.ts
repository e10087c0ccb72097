import { useEffect, useState } from 'preact/hooks'
import { announce } from '../data/announce.ts'
import type { ProductSummary } from '../data/api-types.ts'
import { addToCart, cartCount } from '../data/cart.ts'
import { describeProblem } from '../data/describe-problem.ts'
import { showToast } from '../data/toasts.ts'

const SHOWN_MS = 1_800

export type AddState = 'idle' | 'adding' | 'added'

/** Adds a product to the cart, and tells the visitor how it went. */
export function useAddToCart(product: ProductSummary): {
  state: AddState
  add: (quantity: number) => Promise<void>
} {
  const [state, setState] = useState<AddState>('idle')

  useEffect(() => {
    if (state !== 'added') return undefined
    const timer = setTimeout(() => setState('idle'), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [state])

  async function add(quantity: number): Promise<void> {
    if (state === 'adding') return
    setState('adding')
    const answer = await addToCart(product.id, quantity)
    if (answer.ok) {
      setState('added')
      announce(`${quantity} × ${product.name} added. ${cartCount.peek()} in the cart.`)
      return
    }
    setState('idle')
    const { problem } = answer
    showToast(
      problem.kind === 'unreachable'
        ? 'The cart needs a connection, and the shop is out of reach. Nothing was added.'
        : `${product.name} was not added. ${describeProblem(problem)}`,
      'problem',
    )
  }

  return { state, add }
}
