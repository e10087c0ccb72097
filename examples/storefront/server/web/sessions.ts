import type { Request, RequestHandler, Response } from 'express'
import type { CartLine } from '../shop/cart.ts'
import { readSessionCookie, writeSessionCookie } from './cookie.ts'
import { HttpError } from './http-error.ts'
import type { Session, SessionStore, User } from './session-store.ts'

/** The sessions of requests. Only routes that put `load` in front of their handler ever look at the cookie. */
export class Sessions {
  readonly #store: SessionStore
  readonly #loaded = new WeakMap<Request, Session | null>()

  constructor(store: SessionStore) {
    this.#store = store
  }

  /** Looks the session up; a visitor without one stays without one. */
  readonly load: RequestHandler = async (request, _response, next) => {
    const id = readSessionCookie(request)
    const session = id === undefined ? undefined : await this.#store.find(id)
    this.#loaded.set(request, session ?? null)
    next()
  }

  /** Refuses a visitor who is not signed in. */
  readonly requireUser: RequestHandler = (request, _response, next) => {
    this.userOf(request)
    next()
  }

  /** Refuses everybody but an administrator. */
  readonly requireAdmin: RequestHandler = (request, _response, next) => {
    if (this.userOf(request).role !== 'admin') {
      throw new HttpError(
        403,
        'admin-only',
        'This page is for the shop’s own people. Sign in as admin@example.com.',
      )
    }
    next()
  }

  of(request: Request): Session | undefined {
    return this.#loaded.get(request) ?? undefined
  }

  /** The user's id; `null` where nobody is signed in, `undefined` where the route did not look. */
  userIdOf(request: Request): number | null | undefined {
    const session = this.#loaded.get(request)
    return session === undefined ? undefined : (session?.user?.id ?? null)
  }

  userOf(request: Request): User {
    const user = this.of(request)?.user
    if (user === undefined || user === null) throw new HttpError(401, 'sign-in-needed', 'Sign in first.')
    return user
  }

  /** Replaces the session, if there is one, by a new one with a new id, and tells the browser. */
  async begin(
    request: Request,
    response: Response,
    user: User | null,
    cart: readonly CartLine[] = [],
  ): Promise<Session> {
    const previous = this.of(request)
    const { id, session, expiresAt } = await this.#store.create(user, cart)
    if (previous !== undefined) await this.#store.delete(previous.key)
    writeSessionCookie(request, response, id, expiresAt)
    this.#loaded.set(request, session)
    return session
  }

  async saveCart(session: Session, cart: readonly CartLine[]): Promise<void> {
    await this.#store.saveCart(session.key, cart)
  }
}
