import { createHash, randomBytes } from 'node:crypto'
import type { Database } from '../database/pool.ts'
import type { CartLine } from '../shop/cart.ts'

export interface User {
  readonly id: number
  readonly name: string
  readonly email: string
  readonly role: 'customer' | 'admin'
}

export interface Session {
  /** The database's name for the session: the hash of what the cookie holds. */
  readonly key: string
  readonly user: User | null
  /** What unsafe requests must bring in `x-csrf-token`. */
  readonly csrf: string
  readonly cart: readonly CartLine[]
}

export interface NewSession {
  /** For the cookie; it is kept nowhere else. */
  readonly id: string
  readonly session: Session
  readonly expiresAt: Date
}

const DAY_MS = 24 * 60 * 60 * 1_000
const LIFETIME_MS = { anonymous: DAY_MS, signedIn: 7 * DAY_MS } as const

/** Keeps sessions in the database, so that every process knows them all. */
export class SessionStore {
  readonly #database: Database
  readonly #now: () => number

  constructor(database: Database, now: () => number = Date.now) {
    this.#database = database
    this.#now = now
  }

  async find(id: string): Promise<Session | undefined> {
    const { rows } = await this.#database.query<{
      key: string
      csrf: string
      cart: CartLine[]
      user_id: number | null
      name: string
      email: string
      role: User['role']
    }>(
      `SELECT s.key, s.csrf, s.cart, s.user_id, u.name, u.email, u.role
       FROM storefront.sessions s LEFT JOIN storefront.users u ON u.id = s.user_id
       WHERE s.key = $1 AND s.expires_at > $2`,
      [keyOf(id), new Date(this.#now())],
    )
    const [row] = rows
    if (row === undefined) return undefined
    const { key, csrf, cart, user_id, name, email, role } = row
    return { key, csrf, cart, user: user_id === null ? null : { id: user_id, name, email, role } }
  }

  async create(user: User | null, cart: readonly CartLine[]): Promise<NewSession> {
    const id = randomBytes(32).toString('base64url')
    const csrf = randomBytes(24).toString('base64url')
    const expiresAt = new Date(this.#now() + LIFETIME_MS[user === null ? 'anonymous' : 'signedIn'])
    const key = keyOf(id)
    await this.#database.query('INSERT INTO storefront.sessions VALUES ($1, $2, $3, $4, $5)', [
      key,
      user?.id ?? null,
      csrf,
      JSON.stringify(cart),
      expiresAt,
    ])
    return { id, expiresAt, session: { key, user, csrf, cart } }
  }

  async saveCart(key: string, cart: readonly CartLine[]): Promise<void> {
    await this.#database.query('UPDATE storefront.sessions SET cart = $2 WHERE key = $1', [
      key,
      JSON.stringify(cart),
    ])
  }

  async delete(key: string): Promise<void> {
    await this.#database.query('DELETE FROM storefront.sessions WHERE key = $1', [key])
  }

  async deleteExpired(): Promise<void> {
    await this.#database.query('DELETE FROM storefront.sessions WHERE expires_at <= $1', [
      new Date(this.#now()),
    ])
  }
}

function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('hex')
}
