import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import type { Catalogue } from '../catalogue/build-catalogue.ts'
import { pictureBases } from '../pictures/picture-names.ts'
import { searchWords } from '../shop/search-words.ts'
import { hashPassword } from '../web/password.ts'
import { type Database, inTransaction } from './pool.ts'
import { SCHEMA } from './schema.ts'
import { SEED_USERS } from './seed-users.ts'

/** Raised when the assortment changes: a database that holds another version is filled anew. */
const SEED_VERSION = '1'

/** Any number: it keeps two servers that start at once from filling one database together. */
const SEED_LOCK = 7_306_022

export interface SeedReport {
  readonly seeded: boolean
  /** Changes whenever the tables are filled anew. Goes into cache keys, so that Redis never answers for older data. */
  readonly dataId: string
}

/** Creates the tables and fills them, unless that has been done. */
export async function seed(pool: Pool, catalogue: Catalogue): Promise<SeedReport> {
  return inTransaction(pool, async (database) => {
    await database.query('SELECT pg_advisory_xact_lock($1)', [SEED_LOCK])
    await database.query(SCHEMA)
    const { rows } = await database.query<{ key: string; value: string }>(
      'SELECT key, value FROM storefront.meta',
    )
    const meta = new Map(rows.map(({ key, value }) => [key, value]))
    const present = meta.get('data-id')
    if (meta.get('seed-version') === SEED_VERSION && present !== undefined) {
      return { seeded: false, dataId: present }
    }
    await database.query(
      'TRUNCATE storefront.order_lines, storefront.orders, storefront.sessions, storefront.users, storefront.products, storefront.categories',
    )
    await insertCatalogue(database, catalogue)
    await insertUsers(database)
    const dataId = randomBytes(6).toString('hex')
    await database.query(
      `INSERT INTO storefront.meta VALUES ('seed-version', $1), ('data-id', $2)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      [SEED_VERSION, dataId],
    )
    return { seeded: true, dataId }
  })
}

async function insertCatalogue(database: Database, { categories, products }: Catalogue): Promise<void> {
  const bases = await pictureBases(products)
  await insertRows(
    database,
    'categories (id, name, position, picture_base)',
    'id text, name text, position integer, picture_base text',
    categories.map(({ id, name, position, coverProductId }) => ({
      id,
      name,
      position,
      picture_base: bases.get(coverProductId),
    })),
  )
  const categoryNames = new Map(categories.map(({ id, name }) => [id, name]))
  await insertRows(
    database,
    'products (id, slug, name, category_id, description, tags, price_cents, stock, picture_base, search)',
    'id integer, slug text, name text, category_id text, description text, tags jsonb, price_cents integer, stock integer, picture_base text, search text',
    products.map((product) => ({
      id: product.id,
      slug: product.slug,
      name: product.name,
      category_id: product.categoryId,
      description: product.description,
      tags: product.tags,
      price_cents: product.priceCents,
      stock: product.stock,
      picture_base: bases.get(product.id),
      search: searchWords([product.name, categoryNames.get(product.categoryId), ...product.tags].join(' '))
        .map((word) => ` ${word}`)
        .join(''),
    })),
  )
}

async function insertUsers(database: Database): Promise<void> {
  for (const { id, email, name, role, address, orders } of SEED_USERS) {
    const passwordHash = await hashPassword(email.slice(0, email.indexOf('@')))
    await database.query('INSERT INTO storefront.users VALUES ($1, $2, $3, $4, $5, $6)', [
      id,
      email,
      name,
      role,
      passwordHash,
      address,
    ])
    for (const [index, order] of orders.entries()) {
      await insertPastOrder(database, { userId: id, address, key: `past-order-${index + 1}`, ...order })
    }
  }
}

interface PastOrder {
  readonly userId: number
  readonly key: string
  readonly address: object
  readonly placedAt: string
  readonly lines: readonly (readonly [string, number])[]
}

async function insertPastOrder(database: Database, order: PastOrder): Promise<void> {
  await database.query(
    `WITH placed AS (
       INSERT INTO storefront.orders (user_id, idempotency_key, fingerprint, total_cents, address, placed_at)
       SELECT $1, $2, '', sum(price_cents * wanted.quantity), $3, $4
       FROM storefront.products JOIN jsonb_to_recordset($5) AS wanted (slug text, quantity integer) USING (slug)
       RETURNING id
     )
     INSERT INTO storefront.order_lines
     SELECT placed.id, products.id, slug, name, picture_base, price_cents, wanted.quantity
     FROM placed, storefront.products JOIN jsonb_to_recordset($5) AS wanted (slug text, quantity integer) USING (slug)`,
    [
      order.userId,
      order.key,
      order.address,
      order.placedAt,
      JSON.stringify(order.lines.map(([slug, quantity]) => ({ slug, quantity }))),
    ],
  )
}

async function insertRows(database: Database, into: string, columns: string, rows: object[]): Promise<void> {
  await database.query(
    `INSERT INTO storefront.${into} SELECT * FROM jsonb_to_recordset($1) AS rows (${columns})`,
    [JSON.stringify(rows)],
  )
}
