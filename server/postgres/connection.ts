import { withDeadline } from '../deadline.ts'

/** A row of a result, by the names of its columns. */
export type ResultRow = Readonly<Record<string, unknown>>

/** One session with a Postgres, as a source needs it. */
export interface PostgresConnection {
  /** One statement, with texts for `$1`, `$2`. */
  query(text: string, values?: readonly string[]): Promise<readonly ResultRow[]>
  /** Several statements in one transaction, without results. */
  run(script: string): Promise<void>
  /** `LISTEN`: calls back for each notification on the channel. */
  listen(channel: string, heard: () => void): Promise<void>
  /** Ends the session, without waiting long for a server that does not answer. Never rejects. */
  close(): Promise<void>
}

/**
 * Opens a session of the source's own; `pgConnector` and `pgliteConnector` make such a function. `lost` is to be called when the
 * session has ended by itself.
 */
export type PostgresConnector = (lost: (error: unknown) => void) => Promise<PostgresConnection>

/** Waits for a session, and sees to it that one which comes too late is closed. */
export async function openWithin(
  opening: Promise<PostgresConnection>,
  timeoutMs: number,
): Promise<PostgresConnection> {
  try {
    return await withDeadline(opening, timeoutMs, 'Connecting to Postgres')
  } catch (error) {
    opening.then((late) => late.close()).catch(() => {})
    throw error
  }
}
