import { messageOf } from '../cache/message-of.ts'
import type { NumberedInvalidation } from '../log/log-page.ts'
import { displayName } from '../postgres/identifiers.ts'
import { type HeardChanges, refreshDueMs, refreshRetryMs } from './refresh-timing.ts'
import { type MaterializedViewOptions, type ResolvedViewOptions, resolveViewOptions } from './view-options.ts'
import { ViewSession } from './view-session.ts'

/** Changes that the view does not show yet. */
interface Unshown extends HeardChanges {
  readonly because: ReadonlySet<string>
}

type Outcome = 'refreshed' | 'elsewhere' | 'busy'

/** How soon to look again where another process is refreshing. */
const BUSY_MS = 1_000

/** A materialised view that follows its tables. Make one with `materializedView`. */
export class MaterializedView {
  readonly #options: ResolvedViewOptions
  readonly #name: string
  #unshown: Unshown | undefined
  #notBeforeMs = Number.NEGATIVE_INFINITY
  #failures = 0
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #unfollow: (() => void) | undefined
  #isClosed = false

  constructor(options: MaterializedViewOptions) {
    this.#options = resolveViewOptions(options)
    this.#name = displayName(this.#options.view)
  }

  /**
   * Makes the table in which is written down what the view shows, unless it is there. Rejects with `option-invalid` where the server is too
   * old, or the view is not there, lacks a unique index (with the statement to run), or reads a table that `from` does not name; or with
   * what Postgres says.
   */
  async install(): Promise<void> {
    await ViewSession.run(this.#options, async (session) => {
      await session.install()
      await session.check()
      await session.checkSources()
      await session.register()
    })
  }

  /**
   * Takes away what `install` made for this view: what is written down of it, and with the last view of a `schema` the table. The view itself,
   * its index and what it shows stay. Close it first, in all processes. Rejects with what Postgres says.
   */
  async uninstall(): Promise<void> {
    await ViewSession.run(this.#options, (session) => session.uninstall())
  }

  /** Follows its tables from now on, in the background, and begins with what it may have missed. Again is no harm. */
  start(): this {
    if (this.#unfollow !== undefined || this.#isClosed) return this
    const { feed } = this.#options.cache
    this.#unfollow = feed.follow({
      invalidated: ({ invalidation }) => {
        const tables = this.#sourcesIn(invalidation.groups)
        if (tables.length > 0) this.#changed(tables)
      },
      reset: () => this.#changed([]),
    })
    this.#changed([])
    return this
  }

  /** Whether it shows all changes that are known here. */
  get isCurrent(): boolean {
    return this.#unshown === undefined && this.#running === undefined && this.#unfollow !== undefined
  }

  /** Ends the refresh under way, if there is one. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#unfollow?.()
    clearTimeout(this.#timer)
    await this.#running
  }

  #sourcesIn(groups: readonly string[]): string[] {
    return groups.flatMap((group) => this.#options.sources.get(group) ?? [])
  }

  #changed(tables: readonly string[]): void {
    const nowMs = performance.now()
    const { firstMs = nowMs, because = [] } = this.#unshown ?? {}
    this.#unshown = { firstMs, lastMs: nowMs, because: new Set([...because, ...tables]) }
    this.#schedule()
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    if (this.#unshown === undefined || this.#running !== undefined || this.#isClosed) return
    const dueMs = Math.max(refreshDueMs(this.#unshown, this.#options), this.#notBeforeMs)
    const due = (): void => {
      this.#running = this.#run().finally(() => {
        this.#running = undefined
        this.#schedule()
      })
    }
    this.#timer = setTimeout(due, Math.max(0, dueMs - performance.now())).unref()
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const unshown = this.#unshown
    if (unshown === undefined) return
    // What is heard from here on is not certain to be in it.
    this.#unshown = undefined
    try {
      const outcome = await ViewSession.run(this.#options, (session) => this.#inTurn(session, unshown))
      this.#failures = 0
      if (outcome === 'elsewhere') this.#options.emit({ type: 'refreshed-elsewhere', view: this.#name })
      if (outcome === 'busy') this.#keep(unshown, BUSY_MS)
    } catch (error) {
      this.#failures += 1
      const retryMs = refreshRetryMs(this.#failures, Math.random())
      this.#keep(unshown, retryMs)
      this.#options.emit({ type: 'refresh-failed', view: this.#name, reason: messageOf(error), retryMs })
    }
  }

  /** They are still to be shown, together with what has come since. */
  #keep(unshown: Unshown, waitMs: number): void {
    const { lastMs = unshown.lastMs, because = [] } = this.#unshown ?? {}
    this.#unshown = {
      firstMs: unshown.firstMs,
      lastMs,
      because: new Set([...unshown.because, ...because]),
    }
    this.#notBeforeMs = performance.now() + waitMs
  }

  async #inTurn(session: ViewSession, unshown: Unshown): Promise<Outcome> {
    const { isPopulated } = await session.check()
    if (!(await session.takeTurn())) return 'busy'
    try {
      if (isPopulated && (await this.#isShown(await session.cursor()))) return 'elsewhere'
      await this.#refresh(session, unshown, isPopulated)
      return 'refreshed'
    } finally {
      await session.endTurn().catch(() => {})
    }
  }

  async #refresh(session: ViewSession, unshown: Unshown, isPopulated: boolean): Promise<void> {
    const { cache, group, emit } = this.#options
    const startMs = performance.now()
    // Before it: all that has been heard so far was committed, and is in it.
    const cursor = cache.feed.cursorOf(cache.feed.seq)
    await session.refresh(isPopulated)
    const { acknowledged } = await cache.invalidate({ groups: [group] })
    // Nobody else would hear of it if this process ended now.
    if (!acknowledged) throw new Error('The log of the cache can not be reached.')
    // After the log has it: whoever dies before this has told others for nothing, and the next one does it again.
    await session.keepCursor(cursor)
    const tookMs = performance.now() - startMs
    emit({ type: 'refreshed', view: this.#name, because: [...unshown.because], tookMs, acknowledged })
  }

  /** Whether nothing has changed since a refresh that began at this place of the log. In doubt it is done again. */
  async #isShown(cursor: string | undefined): Promise<boolean> {
    const { feed } = this.#options.cache
    const seq = cursor === undefined ? undefined : feed.parseCursor(cursor)
    if (seq === undefined || !feed.isCaughtUp) return false
    try {
      for (let from = seq; ;) {
        const page = await feed.since(from)
        if (page === undefined || page.entries.some((entry) => this.#concerns(entry))) return false
        if (page.isEnd) return true
        from = page.cursor
      }
    } catch {
      return false
    }
  }

  #concerns({ invalidation }: NumberedInvalidation): boolean {
    return this.#sourcesIn(invalidation.groups).length > 0
  }
}

/**
 * Keeps a materialised view up with its tables: it is refreshed beside its readers (`CONCURRENTLY`) some time after `postgresSource` has
 * told of a change, by one process of all, and then its own group is invalidated. Throws `option-invalid` or `duration-invalid`.
 *
 * @example
 * const view = materializedView({ cache, connect, name: 'product_sales', from: ['orders', 'products'], debounce: '5s' })
 * await view.install()
 * view.start()
 */
export function materializedView(options: MaterializedViewOptions): MaterializedView {
  return new MaterializedView(options)
}
