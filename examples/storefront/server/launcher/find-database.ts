import { relative } from 'node:path'
import { Client } from 'pg'
import type { LaunchOptions } from './arguments.ts'
import { openEmbeddedDatabase } from './embedded-database.ts'
import { maskUrl } from './mask-url.ts'
import { StartupError } from './startup-error.ts'

export interface FoundDatabase {
  readonly url: string
  /** For people: what it is and where. */
  readonly description: string
  close(): Promise<void>
}

/** The PostgreSQL server that `DATABASE_URL` names, else the embedded one. Throws `StartupError`. */
export async function findDatabase({ databaseUrl, dataDir, fresh }: LaunchOptions): Promise<FoundDatabase> {
  if (databaseUrl !== undefined) {
    const version = await askVersion(databaseUrl)
    return {
      url: databaseUrl,
      description: `PostgreSQL ${version} at ${maskUrl(databaseUrl)}`,
      close: async () => {},
    }
  }
  const embedded = await openEmbeddedDatabase(dataDir, { fresh })
  const version = await askVersion(embedded.url)
  const place = relative(process.cwd(), dataDir)
  return {
    url: embedded.url,
    description: `PGlite (PostgreSQL ${version}), embedded in ${place.startsWith('..') ? dataDir : place}`,
    close: () => embedded.close(),
  }
}

async function askVersion(url: string): Promise<string> {
  let client: Client | undefined
  try {
    if (!/^postgres(ql)?:\/\//.test(url)) throw new Error('it does not begin with postgresql://')
    client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
    client.on('error', () => {})
    await client.connect()
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
    return rows[0]?.server_version.split(' ', 1)[0] ?? ''
  } catch (error) {
    throw new StartupError(
      `DATABASE_URL is ${maskUrl(url)}, which cannot be used: ${reasonOf(error)}. ` +
        'Start that server or correct the URL; without DATABASE_URL the storefront brings its own database.',
      { cause: error },
    )
  } finally {
    await client?.end().catch(() => {})
  }
}

/** What a failed connection says. With several addresses Node puts the reasons into `errors` and no message. */
export function reasonOf(error: unknown): string {
  const { message, code, errors } = error as { message?: string; code?: string; errors?: unknown[] }
  if (message) return message.replace(/\.$/, '')
  const [first] = errors ?? []
  return first === undefined ? (code ?? 'no reason given') : reasonOf(first)
}
