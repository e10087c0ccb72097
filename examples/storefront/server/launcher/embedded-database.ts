import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { holdDirectory } from './hold-directory.ts'
import { pinPipelines } from './pin-pipelines.ts'
import { StartupError } from './startup-error.ts'

export interface EmbeddedDatabase {
  /** Where any PostgreSQL client can reach it. */
  readonly url: string
  close(): Promise<void>
}

/** Opens the database in a directory and lets every process of the storefront reach it. Throws `StartupError`. */
export async function openEmbeddedDatabase(
  directory: string,
  { fresh = false }: { fresh?: boolean } = {},
): Promise<EmbeddedDatabase> {
  await mkdir(directory, { recursive: true })
  const release = await holdDirectory(directory)
  if (release === undefined) {
    throw new StartupError(
      `The embedded database in ${directory} is in use by another storefront. Stop that one, ` +
        'give this one a directory of its own with --data, or let both use a PostgreSQL server through DATABASE_URL.',
    )
  }
  try {
    const database = await open(directory, fresh)
    const server = new PGLiteSocketServer({
      db: pinPipelines(database),
      host: '127.0.0.1',
      port: 0,
      maxConnections: 100,
    })
    await server.start()
    return {
      url: `postgresql://postgres@${server.getServerConn()}/postgres`,
      close: async () => {
        await server.stop()
        await database.close()
        await release()
      },
    }
  } catch (error) {
    await release()
    throw error
  }
}

async function open(directory: string, fresh: boolean): Promise<PGlite> {
  const files = join(directory, 'data')
  // Written once the files are whole: a first start that was cut short is begun again.
  const complete = join(directory, 'complete')
  if (fresh || !existsSync(complete)) {
    await rm(complete, { force: true })
    await rm(files, { recursive: true, force: true })
  }
  try {
    const database = await PGlite.create(files)
    await writeFile(complete, '')
    return database
  } catch (error) {
    throw new StartupError(
      `The embedded database in ${directory} cannot be opened (${(error as Error).message}). ` +
        'Start with --fresh to make a new one, or set DATABASE_URL.',
      { cause: error },
    )
  }
}
