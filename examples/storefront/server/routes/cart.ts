import express, { Router } from 'express'
import type { Context } from '../context.ts'
import { type CartLine, MOST_LINES, MOST_OF_ONE, mergeLines, priceCart } from '../shop/cart.ts'
import { findProducts } from '../shop/find-products.ts'
import { requireSameSite } from '../web/csrf.ts'
import { HttpError } from '../web/http-error.ts'
import { readInteger, readList, readObject } from '../web/read-input.ts'

/** The cart of a session. */
export function cartRoutes({ pool, http, sessions }: Context): Router {
  const router = Router()
  const secret = http.route('secret')

  router.get('/cart', secret, sessions.load, async (request, response) => {
    response.json(await priceCart(pool, sessions.of(request)?.cart ?? []))
  })

  router.put(
    '/cart',
    secret,
    sessions.load,
    requireSameSite(sessions),
    express.json({ limit: '32kb' }),
    async (request, response) => {
      const session = sessions.of(request)
      const lines = readLines(readObject(request.body)['lines'])
      const known = await findProducts(
        pool,
        lines.map(({ productId }) => productId),
      )
      const unknown = lines.find(({ productId }) => !known.has(productId))
      if (unknown !== undefined) {
        throw new HttpError(422, 'unknown-product', `The shop does not have product ${unknown.productId}.`, {
          details: { productId: unknown.productId },
        })
      }
      // The CSRF check has seen to it that there is a session.
      if (session !== undefined) await sessions.saveCart(session, lines)
      response.json(await priceCart(pool, lines))
    },
  )

  return router
}

/** Cart lines as a client sends them. */
export function readLines(value: unknown): CartLine[] {
  const lines = readList(value, 'lines', MOST_LINES).map((line): CartLine => {
    const { productId, quantity } = readObject(line, 'A line')
    return {
      productId: readInteger(productId, 'productId', [1, 999_999_999]),
      quantity: readInteger(quantity, 'quantity', [1, MOST_OF_ONE]),
    }
  })
  return mergeLines(lines)
}
