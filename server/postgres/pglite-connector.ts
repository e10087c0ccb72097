import { ThermoclineError, describeValue } from '../../policy/index.ts'
import type { PostgresConnector, ResultRow } from './connection.ts'
import { quoteIdentifier } from './identifiers.ts'

/** The part of a `PGlite` that is used here, by shape. */
export interface PgliteLike {
  query(text: string, values?: string[]): Promise<{ readonly rows: unknown[] }>
  exec(script: string): Promise<unknown>
  listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>>
}

/**
 * A Postgres inside this process. It has one session, which the source shares with the application, and it stays yours to close.
 * Throws `option-invalid`.
 */
export function pgliteConnector(db: PgliteLike): PostgresConnector {
  const given = db as Partial<PgliteLike> | undefined
  if (typeof given?.query !== 'function' || typeof given.listen !== 'function') {
    throw new ThermoclineError(
      'option-invalid',
      `\`pgliteConnector\` was given ${describeValue(db)} without \`query\` and \`listen\`. Give a \`PGlite\`.`,
    )
  }
  return () => {
    const ends: (() => Promise<void>)[] = []
    return Promise.resolve({
      query: async (text, values = []) => (await db.query(text, [...values])).rows as ResultRow[],
      run: async (script) => {
        // One message is one transaction here too, and nobody else's statement comes in between.
        await db.exec(script)
      },
      listen: async (channel, heard) => {
        ends.push(await db.listen(quoteIdentifier(channel), () => heard()))
      },
      close: async () => {
        await Promise.all(ends.splice(0).map((end) => end().catch(() => {})))
      },
    })
  }
}
