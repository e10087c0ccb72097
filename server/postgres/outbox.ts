import { withDeadline } from '../deadline.ts'
import { type Change, readChange } from './change.ts'
import type { PostgresConnection } from './connection.ts'
import { displayName, quoteIdentifier } from './identifiers.ts'
import { FUNCTION, type Installation, OUTBOX, triggerArguments, triggerNames } from './install-sql.ts'

/** A page; each change has up to `mostRows` rows. */
const MOST_CHANGES = 100
/** Changes that have waited this long are anybody's: whoever has the turn may be frozen. */
const TAKE_OVER_MS = 2_000

/** The oldest changes. */
export interface OutboxPage {
  readonly changes: readonly Change[]
  /** Whether there were no more. */
  readonly isEnd: boolean
}

/**
 * The outbox as one session sees it. A change that is in it has not been passed on yet, and that is all there is to know: there is no
 * cursor, which changes that commit late would slip behind (their numbers are given out before). One session at a time has the turn, an
 * advisory lock that ends with it, so that a change is passed on once; no transaction stays open while the log is asked.
 */
export class Outbox {
  readonly #connection: PostgresConnection
  readonly #installation: Installation
  readonly #timeoutMs: number
  readonly #place: string
  readonly #turn: string
  #hasTurn = false

  constructor(connection: PostgresConnection, installation: Installation, timeoutMs: number) {
    this.#connection = connection
    this.#installation = installation
    this.#timeoutMs = timeoutMs
    this.#place = `${quoteIdentifier(installation.schema)}.${OUTBOX}`
    this.#turn = `thermocline: turn in ${installation.schema}`
  }

  /** Whether it falls to this session to pass changes on as they come. */
  get hasTurn(): boolean {
    return this.#hasTurn
  }

  /** The oldest changes, if this session has the turn or can have it; else those that have waited too long for who has it. */
  async read(): Promise<OutboxPage> {
    if (!this.#hasTurn) this.#hasTurn = await this.#takeTurn()
    const waited = this.#hasTurn
      ? ''
      : ` WHERE at < pg_catalog.clock_timestamp() - interval '${TAKE_OVER_MS} milliseconds'`
    const rows = await this.#ask(
      `SELECT id::text AS id, change::text AS change FROM ${this.#place}${waited} ORDER BY ${this.#place}.id LIMIT ${MOST_CHANGES}`,
    )
    const changes = rows.map(({ id, change }) => readChange(String(id), String(change)))
    return { changes, isEnd: changes.length < MOST_CHANGES }
  }

  /** Only on the session that read them: on another server, after a failover, a number may be another change's. */
  async remove(ids: readonly string[]): Promise<void> {
    await this.#ask(
      `DELETE FROM ${this.#place} WHERE id = ANY (pg_catalog.string_to_array($1, ',')::bigint[])`,
      [ids.join(',')],
    )
  }

  /** Lets another process try. */
  async yieldTurn(): Promise<void> {
    if (!this.#hasTurn) return
    this.#hasTurn = false
    await this.#ask('SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended($1, 0))', [this.#turn])
  }

  async exists(): Promise<boolean> {
    const [row] = await this.#ask('SELECT pg_catalog.to_regclass($1) IS NOT NULL AS there', [this.#place])
    return row?.['there'] === true
  }

  /** The tables that lack a trigger, or whose triggers were made for fewer columns. */
  async notInstalled(): Promise<readonly string[]> {
    const { schema, tables } = this.#installation
    const rows = await this.#ask(
      `SELECT n.nspname AS schema, c.relname AS table, t.tgname AS trigger, pg_catalog.encode(t.tgargs, 'hex') AS arguments
       FROM pg_catalog.pg_trigger t
       JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid JOIN pg_catalog.pg_namespace o ON o.oid = f.pronamespace
       WHERE o.nspname = $1 AND f.proname = $2 AND t.tgenabled <> 'D'`,
      [schema, FUNCTION],
    )
    const there = new Set(
      rows.map((row) => JSON.stringify([row['schema'], row['table'], row['trigger'], row['arguments']])),
    )
    const names = triggerNames(schema)
    const lacking = tables.filter((mapping) => {
      const hex = Buffer.from(`${triggerArguments(this.#installation, mapping).join('\0')}\0`).toString('hex')
      return !names.every((name) => there.has(JSON.stringify([mapping.schema, mapping.table, name, hex])))
    })
    return lacking.map(displayName)
  }

  async #takeTurn(): Promise<boolean> {
    const [row] = await this.#ask(
      'SELECT pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended($1, 0)) AS mine',
      [this.#turn],
    )
    return row?.['mine'] === true
  }

  /** A half-open connection says nothing for ever, and so does a quiet table: only an answer tells them apart. */
  #ask(text: string, values: readonly string[] = []) {
    return withDeadline(this.#connection.query(text, values), this.#timeoutMs, 'A statement to Postgres')
  }
}
