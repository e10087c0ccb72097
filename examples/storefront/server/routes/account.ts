import { Router } from 'express'
import type { Context } from '../context.ts'
import { readAddress } from '../shop/accounts.ts'
import { readOrders } from '../shop/orders.ts'

/** What one user sees of themselves. */
export function accountRoutes({ pool, http, sessions }: Context): Router {
  const router = Router()

  router.get(
    '/account',
    http.route('account'),
    sessions.load,
    sessions.requireUser,
    async (request, response) => {
      const { id, name, email, role } = sessions.userOf(request)
      const [address, orders] = await Promise.all([readAddress(pool, id), readOrders(pool, id)])
      response.json({ user: { name, email, role }, address, orders })
    },
  )

  return router
}
