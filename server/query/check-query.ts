import { ThermoclineError, isThermoclineError } from '../../policy/index.ts'
import { parseTableName } from '../postgres/identifiers.ts'
import { type KnownFunction, type KnownRelation, findFunctions, findRelations } from './catalogue.ts'
import type { QueryableDatabase } from './query-options.ts'
import { type ReadPlan, readPlan } from './read-plan.ts'
import { type Statement, refuseCalls } from './read-statement.ts'

const MOST_KNOWN = 2_000
/** The first version whose EXPLAIN makes a plan that holds for any parameters. */
const GENERIC_PLAN_SINCE = 160_000

/** In development: compares what a statement declares with what the database says of it, each statement once. */
export class QueryChecker {
  readonly #db: QueryableDatabase
  readonly #warn: (message: string) => void
  readonly #checked = new Map<string, Promise<void>>()
  #version: Promise<number> | undefined

  constructor(db: QueryableDatabase, warn: (message: string) => void) {
    this.#db = db
    this.#warn = warn
  }

  /** Rejects with `option-invalid` where the rows would outlive a change; never because the database can't be asked. */
  async check(
    sql: string,
    params: readonly unknown[],
    statement: Statement,
    tables: readonly string[] | undefined,
  ): Promise<void> {
    const key = JSON.stringify([statement.normalised, tables])
    let checking = this.#checked.get(key)
    if (checking === undefined) {
      if (this.#checked.size >= MOST_KNOWN) this.#checked.clear()
      checking = this.#check(sql, params, statement, tables)
      this.#checked.set(key, checking)
    }
    try {
      await checking
    } catch (error) {
      if (isThermoclineError(error)) throw error
      // What is wrong with the statement it will say when it runs; what is wrong with the connection may pass.
      this.#checked.delete(key)
    }
  }

  async #check(
    sql: string,
    params: readonly unknown[],
    statement: Statement,
    tables: readonly string[] | undefined,
  ): Promise<void> {
    const { shown } = statement
    const plan = await this.#explain(sql, params, statement.isCertain)
    const functions = await findFunctions(this.#db, plan.calls)
    const refusal = refusePlan(plan) ?? refuseVolatile(functions)
    if (refusal !== undefined) throw invalid(`A statement can not be cached. ${refusal}`, shown)
    this.#warnOfHidden(functions, shown)
    if (tables === undefined) return
    const declared = tables.map(parseTableName).map(({ schema, table }) => ({ schema, name: table }))
    const known = await findRelations(this.#db, [...plan.relations, ...declared])
    const read = known.slice(0, plan.relations.length)
    const named = known.slice(plan.relations.length)
    const problem = findUndeclared(read, named)
    if (problem !== undefined) throw invalid(problem, shown)
    this.#warnOfUnheard(named)
  }

  async #explain(sql: string, params: readonly unknown[], isCertain: boolean): Promise<ReadPlan> {
    // What is run without parameters may be several statements, and only the first is explained.
    if (isCertain && params.length > 0 && (await this.#versionOf()) >= GENERIC_PLAN_SINCE) {
      try {
        // With the parameters of this call a part of the statement, and so a table, might be needless.
        return readPlan(await this.#runAlone(`EXPLAIN (GENERIC_PLAN, VERBOSE, FORMAT JSON) ${sql}`))
      } catch {
        // Where the type of a parameter is known only from its value.
      }
    }
    return readPlan((await this.#db.query(`EXPLAIN (VERBOSE, FORMAT JSON) ${sql}`, [...params])).rows)
  }

  /** As a text without parameters, though it names some: node-postgres then binds none, and PGlite has another method for it. */
  async #runAlone(sql: string): Promise<readonly unknown[]> {
    if (this.#db.exec === undefined) return (await this.#db.query(sql)).rows
    return (await this.#db.exec(sql))[0]?.rows ?? []
  }

  async #versionOf(): Promise<number> {
    this.#version ??= this.#db
      .query("SELECT pg_catalog.current_setting('server_version_num') AS version")
      .then(({ rows }) => Number((rows as readonly { version?: unknown }[])[0]?.version))
    try {
      return await this.#version
    } catch (error) {
      this.#version = undefined
      throw error
    }
  }

  #warnOfHidden(functions: readonly KnownFunction[], shown: string): void {
    const hiding = functions.filter(({ isBuiltIn, isOpaque }) => !isBuiltIn && isOpaque)
    for (const { name } of hiding) {
      this.#warn(
        `thermocline: a cached statement calls ${name}, and EXPLAIN does not show which tables a function reads. ` +
          `See to it that they are among its \`tables\`. It is: ${shown}`,
      )
    }
  }

  #warnOfUnheard(named: readonly KnownRelation[]): void {
    for (const { name, kind, line } of named) {
      // A materialised view is told of by `materializedView`, which leaves no trigger.
      if (kind === 'm' || line.some((table) => table.isHeard && table.name === name)) continue
      this.#warn(
        kind === 'f'
          ? `thermocline: a cached statement reads the foreign table ${name}, which can't tell of its changes. Invalidate its group by hand.`
          : `thermocline: a cached statement reads ${name}, and no trigger tells of its changes. Give it to \`postgresSource\` and run its \`install()\`.`,
      )
    }
  }
}

function refusePlan({ isChanging, calls }: ReadPlan): string | undefined {
  return isChanging ? 'It changes or locks rows. Run it without the cache.' : refuseCalls(calls)
}

function refuseVolatile(functions: readonly KnownFunction[]): string | undefined {
  const found = functions.find(({ isVolatile }) => isVolatile)
  if (found === undefined) return undefined
  const advice = found.isBuiltIn
    ? 'Run it without the cache.'
    : 'If it does nothing but read tables, declare it STABLE and name those tables; else run the statement without the cache.'
  return `It calls ${found.name}, which is VOLATILE: its answer may change by itself. ${advice}`
}

/** What is read and not declared, or declared and no table. */
function findUndeclared(read: readonly KnownRelation[], named: readonly KnownRelation[]): string | undefined {
  const names = new Set(named.map(({ name }) => name))
  const missing = read
    .filter(({ line, name }) => !names.has(name) && !line.some((table) => names.has(table.name)))
    .map(({ line, name }) => line.find(({ isRoot }) => isRoot)?.name ?? name)
  const toName = [...new Set(missing)].map(shortName)
  const view = named.find(({ kind }) => kind === 'v')
  if (view !== undefined) {
    const rest =
      toName.length === 0 ? 'Leave it out' : `Name what it is made of in its place: ${list(toName)}`
    return `\`tables\` names ${view.name}, which is a view and has no changes of its own. ${rest}.`
  }
  const unknown = named.find(({ kind }) => kind === undefined)
  if (unknown !== undefined) return `\`tables\` names ${unknown.name}, and there is no such table.`
  if (toName.length === 0) return undefined
  return `A statement reads ${toName.join(', ')} and does not declare so: it would not hear of a change there. Add to its \`tables\`: ${list(toName)}.`
}

function shortName(name: string): string {
  return name.replace(/^public\./, '')
}

function list(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ')
}

function invalid(problem: string, shown: string): ThermoclineError {
  return new ThermoclineError('option-invalid', `${problem} It is: ${shown}`)
}
