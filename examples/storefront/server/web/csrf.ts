import { timingSafeEqual } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import { HttpError } from './http-error.ts'
import type { Sessions } from './sessions.ts'

/** Refuses an unsafe request that did not come from the shop's own pages. Goes behind `sessions.load`. */
export function requireSameSite(sessions: Sessions): RequestHandler {
  return (request, _response, next) => {
    if (!isSameOrigin(request)) {
      throw new HttpError(403, 'csrf', 'The request came from another site.')
    }
    const expected = sessions.of(request)?.csrf
    const given = request.get('x-csrf-token')
    if (expected === undefined || given === undefined || !sameText(given, expected)) {
      throw new HttpError(403, 'csrf', 'The page is out of date. Reload it and try again.')
    }
    next()
  }
}

/** Browsers send `Origin` with every unsafe request; a client without one brings no cookies of anybody else's. */
function isSameOrigin(request: Request): boolean {
  const site = request.get('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  const origin = request.get('origin')
  return origin === undefined || origin === `${request.protocol}://${request.get('host') ?? ''}`
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
