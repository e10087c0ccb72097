import { setTimeout as sleep } from 'node:timers/promises'
import { assertTimeout } from '../cache/argument-checks.ts'
import { BatchMaker } from './batch.ts'
import { type PostgresConnection, openWithin } from './connection.ts'
import { displayName } from './identifiers.ts'
import { baseSql, installSql, limited, tableSql, uninstallSql } from './install-sql.ts'
import { Outbox } from './outbox.ts'
import { OutboxListener } from './outbox-listener.ts'
import { assertServer } from './server-version.ts'
import {
  type PostgresSourceOptions,
  type ResolvedSourceOptions,
  resolveSourceOptions,
} from './source-options.ts'

const LOOK_MS = 5

/** What is committed in Postgres, told to a cache. Make one with `postgresSource`. */
export class PostgresSource {
  readonly #options: ResolvedSourceOptions
  readonly #listener: OutboxListener

  constructor(options: PostgresSourceOptions) {
    this.#options = resolveSourceOptions(options)
    const { tables, beyond, emit } = this.#options
    this.#listener = new OutboxListener(this.#options, new BatchMaker(tables, beyond, emit))
  }

  /** What `install` runs, for those who run migrations themselves: in one transaction, as a role that owns the tables. */
  installSql(): string {
    return installSql(this.#options)
  }

  /** What `uninstall` runs. */
  uninstallSql(): string {
    return uninstallSql(this.#options)
  }

  /**
   * Makes the outbox and the triggers, unless they are there already; then it takes no lock. Several processes may do so at once.
   * Rejects with `option-invalid` where the server is too old, or with what Postgres says: a table or a column is not there, the role may
   * not, or somebody held a table for 5 s.
   */
  async install(): Promise<void> {
    await this.#withConnection(async (connection) => {
      await assertServer(connection, this.#options.timeoutMs)
      const outbox = new Outbox(connection, this.#options, this.#options.timeoutMs)
      if (!(await outbox.exists())) await connection.run(limited(baseSql(this.#options)))
      const lacking = new Set(await outbox.notInstalled())
      // One after the other: who held two tables at once could be in each other's way with a transaction of the application.
      for (const table of this.#options.tables.filter((mapping) => lacking.has(displayName(mapping)))) {
        await connection.run(limited(tableSql(this.#options, table)))
      }
    })
  }

  /** Takes away the outbox, with what waits in it, and the triggers of all tables. Close the sources first. */
  async uninstall(): Promise<void> {
    await this.#withConnection((connection) => connection.run(limited(this.uninstallSql())))
  }

  /** Listens from now on, in the background, and begins with what waits in the outbox. Again is no harm. */
  start(): this {
    this.#listener.start()
    return this
  }

  /** Whether it listens, and what the outbox held when it began to has been passed on, or is another process's to pass on. */
  get isCaughtUp(): boolean {
    return this.#listener.isCaughtUp
  }

  /** Resolves when it is caught up, or after `timeoutMs` without; then with `false`. */
  async ready(timeoutMs = 5_000): Promise<boolean> {
    assertTimeout('timeoutMs', timeoutMs)
    const until = performance.now() + timeoutMs
    while (!this.isCaughtUp && performance.now() < until) await sleep(LOOK_MS)
    return this.isCaughtUp
  }

  /** Ends the batch under way and the session. What is committed from now on waits in the outbox. */
  async close(): Promise<void> {
    await this.#listener.close()
  }

  async #withConnection(work: (connection: PostgresConnection) => Promise<void>): Promise<void> {
    const { connect, timeoutMs } = this.#options
    // What becomes of the session, the statement under way says too.
    const connection = await openWithin(
      connect(() => {}),
      timeoutMs,
    )
    try {
      await work(connection)
    } finally {
      await connection.close()
    }
  }
}

/**
 * Listens to tables of Postgres: whatever changes their rows, from wherever, invalidates the groups that the rows belong to, once it is
 * committed. None is lost by a connection or a process that ends. Throws `option-invalid`, `duration-invalid` or `group-invalid`.
 *
 * @example
 * const source = postgresSource({
 *   cache,
 *   connect: pgConnector(() => new Client({ connectionString: process.env.DATABASE_URL })),
 *   tables: { products: ['product-{id}', 'category-{category_id}'] },
 * })
 * await source.install()
 * source.start()
 */
export function postgresSource(options: PostgresSourceOptions): PostgresSource {
  return new PostgresSource(options)
}
