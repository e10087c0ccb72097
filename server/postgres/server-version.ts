import { ThermoclineError } from '../../policy/index.ts'
import { withDeadline } from '../deadline.ts'
import type { PostgresConnection, ResultRow } from './connection.ts'

/** `CREATE OR REPLACE TRIGGER` came with it; all else that is installed is older. */
export const OLDEST_SERVER = 14

/** Asks what `describeTooOld` reads. */
export const ASK_VERSION = `SELECT pg_catalog.current_setting('server_version_num', true) AS number, pg_catalog.current_setting('server_version', true) AS name`

/** Rejects with `option-invalid` for a server that is too old; what does not say its version is taken as it is. */
export async function assertServer(
  connection: Pick<PostgresConnection, 'query'>,
  timeoutMs: number,
): Promise<void> {
  const [row] = await withDeadline(connection.query(ASK_VERSION), timeoutMs, 'A statement to Postgres')
  const tooOld = describeTooOld(row)
  if (tooOld !== undefined) throw new ThermoclineError('option-invalid', `\`connect\` leads to ${tooOld}`)
}

/** What to say of a server that is too old. */
export function describeTooOld({ number, name }: ResultRow = {}): string | undefined {
  if (typeof number !== 'string' || !/^\d{5,6}$/.test(number)) return undefined
  // 140009 is 14.9, and before there was a 10, 90603 was 9.6.3.
  if (Number(number) >= OLDEST_SERVER * 10_000) return undefined
  const shown = typeof name === 'string' ? name : number
  return `PostgreSQL ${shown}, which is too old. Use ${OLDEST_SERVER} or newer.`
}
