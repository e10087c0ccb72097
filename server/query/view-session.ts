import { ThermoclineError } from '../../policy/index.ts'
import { withDeadline } from '../deadline.ts'
import { type PostgresConnection, type ResultRow, openWithin } from '../postgres/connection.ts'
import { displayName, quoteIdentifier, quoteLiteral, quoteTable } from '../postgres/identifiers.ts'
import { limited } from '../postgres/install-sql.ts'
import { assertServer } from '../postgres/server-version.ts'
import { MADE_OF } from './made-of.ts'
import type { ResolvedViewOptions } from './view-options.ts'
import { installViewsSql, uninstallViewSql, viewTable } from './view-sql.ts'

const STATE = `
SELECT c.relkind::text AS kind, c.relispopulated AS is_populated, pg_catalog.to_regclass($3) IS NOT NULL AS is_installed,
  EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
    AND i.indpred IS NULL AND i.indexprs IS NULL) AS has_index,
  (SELECT a.attname FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = 1) AS first_column
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2`

/** What a view is made of, with the views in between resolved. */
const SOURCES = `
WITH RECURSIVE made_of (oid, kind) AS (
  SELECT c.oid, 'v'::"char" FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relname = $2
  UNION ${MADE_OF}
)
SELECT DISTINCT n.nspname AS schema, c.relname AS name FROM made_of
JOIN pg_catalog.pg_class c ON c.oid = made_of.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE made_of.kind IN ('r', 'p', 'f', 'm') ORDER BY 1, 2`

/** A session that looks after one view. */
export class ViewSession {
  readonly #connection: PostgresConnection
  readonly #options: ResolvedViewOptions
  readonly #place: string

  private constructor(connection: PostgresConnection, options: ResolvedViewOptions) {
    this.#connection = connection
    this.#options = options
    this.#place = viewTable(options.schema)
  }

  /** Does some work in a session of its own. */
  static async run<T>(options: ResolvedViewOptions, work: (session: ViewSession) => Promise<T>): Promise<T> {
    // What becomes of the session, the statement under way says too.
    const connection = await openWithin(
      options.connect(() => {}),
      options.timeoutMs,
    )
    try {
      return await work(new ViewSession(connection, options))
    } finally {
      await connection.close()
    }
  }

  /** Makes the table in which is written down what views show. */
  async install(): Promise<void> {
    await assertServer(this.#connection, this.#options.timeoutMs)
    if ((await this.#state())?.['is_installed'] === true) return
    await this.#connection.run(limited(installViewsSql(this.#options.schema)))
  }

  /** Puts the view among those that the table is there for. It shows nothing yet: what is no cursor is not believed. */
  async register(): Promise<void> {
    await this.#ask(`INSERT INTO ${this.#place} (view, cursor) VALUES ($1, '') ON CONFLICT DO NOTHING`, [
      this.#key,
    ])
  }

  async uninstall(): Promise<void> {
    await this.#connection.run(limited(uninstallViewSql(this.#options.schema, this.#key)))
  }

  /** Throws `option-invalid` where the view can't be refreshed beside its readers, with what to run; says whether it has ever been filled. */
  async check(): Promise<{ readonly isPopulated: boolean }> {
    const name = displayName(this.#options.view)
    const state = await this.#state()
    if (state?.['kind'] !== 'm') {
      throw invalid(
        `There is no materialised view ${name}. Create it: CREATE MATERIALIZED VIEW ${name} AS SELECT ...`,
      )
    }
    if (state['has_index'] !== true) {
      const column = quoteIdentifier(String(state['first_column']))
      throw invalid(
        `The materialised view ${name} has no unique index on columns, so it can't be refreshed while it is read. ` +
          `Run this, with the columns that tell its rows apart: CREATE UNIQUE INDEX ON ${quoteTable(this.#options.view)} (${column});`,
      )
    }
    if (state['is_installed'] !== true) {
      throw invalid(`There is no table ${this.#place}. Run \`install()\` of the view ${name}.`)
    }
    return { isPopulated: state['is_populated'] === true }
  }

  /** Throws `option-invalid` where the view reads a table that `from` does not name. */
  async checkSources(): Promise<void> {
    const { view, from } = this.#options
    const named = new Set(from.map(displayName))
    const rows = await this.#ask(SOURCES, [view.schema, view.table])
    const missing = rows
      .map((row) => displayName({ schema: String(row['schema']), table: String(row['name']) }))
      .filter((name) => !named.has(name))
    if (missing.length === 0) return
    throw invalid(
      `The materialised view ${displayName(view)} is made of ${missing.join(', ')} too, which \`from\` does not name: ` +
        `it would not hear of a change there. Add ${missing.map((name) => `'${name.replace(/^public\./, '')}'`).join(', ')}.`,
    )
  }

  /** Whether it falls to this session to refresh: one at a time, in all processes. It ends with the session. */
  async takeTurn(): Promise<boolean> {
    const [row] = await this.#ask(
      'SELECT pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended($1, 0)) AS mine',
      [this.#turn],
    )
    return row?.['mine'] === true
  }

  async endTurn(): Promise<void> {
    await this.#ask('SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended($1, 0))', [this.#turn])
  }

  /** How far the log had been followed when the latest refresh began. */
  async cursor(): Promise<string | undefined> {
    const [row] = await this.#ask(`SELECT cursor FROM ${this.#place} WHERE view = $1`, [this.#key])
    return typeof row?.['cursor'] === 'string' ? row['cursor'] : undefined
  }

  async keepCursor(cursor: string): Promise<void> {
    await this.#ask(
      `INSERT INTO ${this.#place} (view, cursor) VALUES ($1, $2)
       ON CONFLICT (view) DO UPDATE SET cursor = excluded.cursor, refreshed_at = pg_catalog.now()`,
      [this.#key, cursor],
    )
  }

  /** Readers go on reading what was there, until it is done. One that has never been filled nobody can read. */
  async refresh(isPopulated: boolean): Promise<void> {
    const { view, refreshTimeoutMs } = this.#options
    const script = `SELECT pg_catalog.set_config('statement_timeout', ${quoteLiteral(String(refreshTimeoutMs))}, true);
REFRESH MATERIALIZED VIEW ${isPopulated ? 'CONCURRENTLY ' : ''}${quoteTable(view)};`
    await withDeadline(this.#connection.run(script), refreshTimeoutMs + this.#options.timeoutMs, 'REFRESH')
  }

  get #key(): string {
    return displayName(this.#options.view)
  }

  get #turn(): string {
    return `thermocline: refresh of ${this.#key} for ${this.#options.schema}`
  }

  async #state(): Promise<ResultRow | undefined> {
    const { schema, table } = this.#options.view
    const [state] = await this.#ask(STATE, [schema, table, this.#place])
    return state
  }

  #ask(text: string, values: readonly string[]) {
    return withDeadline(
      this.#connection.query(text, values),
      this.#options.timeoutMs,
      'A statement to Postgres',
    )
  }
}

function invalid(message: string): ThermoclineError {
  return new ThermoclineError('option-invalid', message)
}
