import type { Database } from '../database/pool.ts'
import type { User } from '../web/session-store.ts'
import type { Address } from './address.ts'

export interface Account {
  readonly user: User
  readonly passwordHash: string
}

export async function findAccount(database: Database, email: string): Promise<Account | undefined> {
  const { rows } = await database.query<User & { password_hash: string } & Record<string, unknown>>(
    'SELECT id, name, email, role, password_hash FROM storefront.users WHERE email = $1',
    [email],
  )
  const [row] = rows
  if (row === undefined) return undefined
  const { id, name, role, password_hash } = row
  return { user: { id, name, email, role }, passwordHash: password_hash }
}

export async function readAddress(database: Database, userId: number): Promise<Address> {
  const { rows } = await database.query<{ address: Address }>(
    'SELECT address FROM storefront.users WHERE id = $1',
    [userId],
  )
  const [row] = rows
  if (row === undefined) throw new Error(`There is no user ${userId}.`)
  return row.address
}
