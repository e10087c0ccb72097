import { createRequire } from 'node:module'
import { type Catalogue, buildCatalogue } from '../catalogue/build-catalogue.ts'
import { createPool } from '../database/pool.ts'
import { type SeedReport, seed } from '../database/seed.ts'
import { makePictures } from '../pictures/make-pictures.ts'
import type { LaunchOptions } from './arguments.ts'
import { checkPorts } from './check-ports.ts'
import { findDatabase } from './find-database.ts'
import { findRedis } from './find-redis.ts'
import { InstanceProcess } from './instance-process.ts'
import type { Teardown } from './teardown.ts'

export interface Launched {
  /** Where the instances answer. */
  readonly addresses: readonly string[]
  readonly database: string
  readonly redis: string
  readonly products: number
  readonly categories: number
  /** Resolves with what happened when an instance ends by itself. */
  readonly unexpectedEnd: Promise<string>
}

/** Starts everything there is to start; what was started is given to the teardown at once. */
export async function launch(
  options: LaunchOptions,
  teardown: Teardown,
  say: (line: string) => void,
): Promise<Launched> {
  await checkPorts(options.host, options.port, options.instances)
  const database = await findDatabase(options)
  teardown.add(() => database.close())
  const redis = await findRedis(options)
  teardown.add(() => redis.close())

  const catalogue = await buildCatalogue()
  const { seeded, dataId } = await fill(database.url, catalogue)
  if (seeded) say('The database is filled.')
  await makePictures(catalogue.products, (done, total) => {
    if (done % 250 === 0 || done === total) say(`Making pictures: ${done} of ${total} ...`)
  })

  const processes = Array.from({ length: options.instances }, (_, index) => {
    const instance = new InstanceProcess({
      host: options.host,
      port: options.port === 0 ? 0 : options.port + index,
      databaseUrl: database.url,
      redisUrl: redis.url,
      edges: options.edges,
      dataId,
      description: {
        number: index + 1,
        instances: options.instances,
        database: database.description,
        redis: redis.description,
        version: libraryVersion(),
      },
    })
    teardown.add(() => instance.stop())
    return instance
  })
  const addresses = await Promise.all(processes.map((instance) => instance.start()))
  return {
    addresses,
    database: database.description,
    redis: redis.description,
    products: catalogue.products.length,
    categories: catalogue.categories.length,
    unexpectedEnd: Promise.race(processes.map((instance) => instance.unexpectedEnd())),
  }
}

async function fill(url: string, catalogue: Catalogue): Promise<SeedReport> {
  const pool = createPool(url)
  try {
    return await seed(pool, catalogue)
  } finally {
    await pool.end()
  }
}

function libraryVersion(): string {
  const { version } = createRequire(import.meta.url)('thermocline/package.json') as { version: string }
  return version
}
