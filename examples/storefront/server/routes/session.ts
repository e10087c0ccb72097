import express, { type RequestHandler, Router } from 'express'
import type { Context } from '../context.ts'
import { findAccount } from '../shop/accounts.ts'
import { requireSameSite } from '../web/csrf.ts'
import { HttpError } from '../web/http-error.ts'
import { passwordMatches } from '../web/password.ts'
import { readObject, readText } from '../web/read-input.ts'
import type { Session } from '../web/session-store.ts'

/** Who is signed in, and signing in and out. */
export function sessionRoutes({ pool, http, sessions, throttle }: Context): Router {
  const router = Router()
  const secret = http.route('secret')
  const unsafe: RequestHandler[] = [
    secret,
    sessions.load,
    requireSameSite(sessions),
    express.json({ limit: '32kb' }),
  ]

  router.get('/session', secret, sessions.load, async (request, response) => {
    response.json(describe(sessions.of(request) ?? (await sessions.begin(request, response, null))))
  })

  router.post('/login', ...unsafe, async (request, response) => {
    const body = readObject(request.body)
    const email = readText(body['email'], 'email', 200).toLowerCase()
    const password = readText(body['password'], 'password', 200)
    const address = request.socket.remoteAddress ?? ''
    const secondsToWait = throttle.secondsToWait(email, address)
    if (secondsToWait > 0) {
      throw new HttpError(
        429,
        'too-many-attempts',
        `Too many attempts. Try again in ${secondsToWait} seconds.`,
        { headers: { 'Retry-After': String(secondsToWait) } },
      )
    }
    const account = await findAccount(pool, email)
    if (!(await passwordMatches(password, account?.passwordHash)) || account === undefined) {
      throttle.failed(email, address)
      throw new HttpError(
        401,
        'wrong-credentials',
        'This e-mail address and password do not belong together.',
      )
    }
    throttle.succeeded(email, address)
    const cart = sessions.of(request)?.cart
    response.json(describe(await sessions.begin(request, response, account.user, cart)))
  })

  router.post('/logout', ...unsafe, async (request, response) => {
    response.json(describe(await sessions.begin(request, response, null)))
  })

  return router
}

function describe({ user, csrf }: Session): object {
  return {
    user: user === null ? null : { name: user.name, email: user.email, role: user.role },
    csrf,
  }
}
