import { createHash } from 'node:crypto'
import express, { type Request, Router } from 'express'
import { CATALOG_GROUP, LISTING_GROUP, categoryGroup, productGroup } from '../cache-groups.ts'
import type { Context } from '../context.ts'
import { readAddress } from '../shop/accounts.ts'
import { ADDRESS_FIELDS, type Address } from '../shop/address.ts'
import { type OrderOutcome, type StockChange, placeOrder } from '../shop/place-order.ts'
import { requireSameSite } from '../web/csrf.ts'
import { HttpError } from '../web/http-error.ts'
import { readInteger, readObject, readText } from '../web/read-input.ts'
import { readLines } from './cart.ts'

/** Placing orders. */
export function orderRoutes({ pool, front, http, sessions }: Context): Router {
  const router = Router()

  router.post(
    '/orders',
    http.route('secret'),
    sessions.load,
    requireSameSite(sessions),
    sessions.requireUser,
    express.json({ limit: '32kb' }),
    async (request, response) => {
      const user = sessions.userOf(request)
      const session = sessions.of(request)
      const body = readObject(request.body ?? {})
      const outcome = await placeOrder(pool, {
        userId: user.id,
        idempotencyKey: readIdempotencyKey(request),
        fingerprint: createHash('sha256').update(JSON.stringify(body)).digest('hex'),
        lines: body['lines'] === undefined ? (session?.cart ?? []) : readLines(body['lines']),
        address: await readOrderAddress(body['address'], () => readAddress(pool, user.id)),
        ...(body['expectedTotalCents'] === undefined
          ? {}
          : {
              expectedTotalCents: readInteger(body['expectedTotalCents'], 'expectedTotalCents', [0, 1e9]),
            }),
        ...(session === undefined ? {} : { sessionKey: session.key }),
      })
      refuse(outcome)
      if (outcome.kind === 'placed') await front.invalidate({ groups: groupsTouched(outcome.changes) })
      else response.set('Idempotency-Replayed', 'true')
      response.status(201).json({ order: outcome.order })
    },
  )

  return router
}

/** An order takes stock, which the shop shows in words: only a change of words moves what listings show. */
function groupsTouched(changes: readonly StockChange[]): string[] {
  const groups = changes.map(({ productId }) => productGroup(productId))
  const relabelled = changes.filter(({ labelChanged }) => labelChanged)
  if (relabelled.length === 0) return groups
  const categories = relabelled.map(({ categoryId }) => categoryGroup(categoryId))
  return [...new Set([...groups, ...categories, LISTING_GROUP, CATALOG_GROUP])]
}

function refuse(
  outcome: OrderOutcome,
): asserts outcome is Extract<OrderOutcome, { kind: 'placed' | 'placed-before' }> {
  switch (outcome.kind) {
    case 'sold-out': {
      const { productId, available } = outcome
      const message =
        available === 0
          ? 'One of the things in your cart has just sold out.'
          : `Only ${available} left of one of the things in your cart.`
      throw new HttpError(409, 'sold-out', message, { details: { productId, available } })
    }
    case 'price-changed':
      throw new HttpError(
        409,
        'price-changed',
        'A price has changed. Look at the new total and order again.',
        {
          details: { totalCents: outcome.totalCents },
        },
      )
    case 'empty':
      throw new HttpError(422, 'empty-cart', 'The cart is empty.')
    case 'key-reused':
      throw new HttpError(422, 'idempotency-key-reused', 'This Idempotency-Key belongs to another order.')
    default:
  }
}

function readIdempotencyKey(request: Request): string {
  const key = request.get('idempotency-key')
  if (key !== undefined && /^[\w-]{8,64}$/.test(key)) return key
  throw new HttpError(
    400,
    'idempotency-key-needed',
    'Send an `Idempotency-Key` of 8 to 64 letters, digits, "-" or "_".',
  )
}

async function readOrderAddress(value: unknown, theirs: () => Promise<Address>): Promise<Address> {
  if (value === undefined || value === null) return theirs()
  const fields = readObject(value, '`address`')
  const entries = ADDRESS_FIELDS.map(
    (field) => [field, readText(fields[field], `address.${field}`, 200)] as const,
  )
  return Object.fromEntries(entries) as unknown as Address
}
