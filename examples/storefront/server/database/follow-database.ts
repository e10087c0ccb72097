import { Client } from 'pg'
import { type PostgresSource, pgConnector, postgresSource } from 'thermocline/server/postgres'
import { CATALOG_GROUP, LISTING_GROUP } from '../cache-groups.ts'
import type { Front } from '../front/open-front.ts'

/** The embedded database notifies nobody, so its outbox is looked at; a server does, and this is for what got lost. */
const LOOK_MS = 250

/** Has the cache and what stands in front of the shop let go of what is changed in the database, by whomever. A database that refuses costs that, not the shop. */
export async function followDatabase(databaseUrl: string, front: Front): Promise<PostgresSource> {
  const source = postgresSource({
    cache: front,
    connect: pgConnector(() => new Client({ connectionString: databaseUrl })),
    schema: 'storefront_outbox',
    tables: {
      'storefront.products': ['product-{id}', 'category-{category_id}', LISTING_GROUP, CATALOG_GROUP],
    },
    lookMs: LOOK_MS,
  })
  try {
    await source.install()
    source.start()
  } catch (error) {
    console.error(`Changes by SQL are not followed: ${(error as Error).message}`)
  }
  return source
}
