import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../cache/message-of.ts'
import { withDeadline } from '../deadline.ts'
import type { BatchMaker } from './batch.ts'
import { type PostgresConnection, openWithin } from './connection.ts'
import { Outbox } from './outbox.ts'
import { publish } from './publish.ts'
import { assertServer } from './server-version.ts'
import type { ResolvedSourceOptions } from './source-options.ts'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/** Keeps a session that listens, and passes on what the outbox holds: on each new session, on each notification, and every so often. */
export class OutboxListener {
  isCaughtUp = false
  readonly #options: ResolvedSourceOptions
  readonly #batches: BatchMaker
  #isClosed = false
  /** The session that counts; an earlier one may say late that it has ended. */
  #session: { lost?: { readonly error: unknown } } = {}
  /** Whether something has happened since the outbox was last read. */
  #isAsked = false
  /** Ends the pause that is going on. */
  #wake = new AbortController()
  #running: Promise<void> | undefined

  constructor(options: ResolvedSourceOptions, batches: BatchMaker) {
    this.#options = options
    this.#batches = batches
  }

  /** Works in the background from now on; again is no harm. */
  start(): void {
    this.#running ??= this.#run()
  }

  /** Resolves when the batch under way, if there is one, has been passed on. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#wake.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS
    while (!this.#isClosed) {
      const reason = await this.#listenOnce().then(() => '', messageOf)
      if (this.#isClosed) return
      if (this.isCaughtUp) pauseMs = FIRST_PAUSE_MS
      this.isCaughtUp = false
      this.#session = {}
      this.#options.emit({ type: 'lost', reason: reason || 'Postgres can not be reached.' })
      await this.#pause(jittered(pauseMs))
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    }
  }

  /** Rejects when the session is lost; resolves when this is closed. */
  async #listenOnce(): Promise<void> {
    const connection = await this.#open()
    const outbox = new Outbox(connection, this.#options, this.#options.timeoutMs)
    try {
      await this.#listen(connection, outbox)
      let triesInVain = 0
      while (!this.#isClosed) {
        this.#isAsked = false
        const isEmpty = await this.#drain(outbox)
        if (isEmpty) this.#caughtUp()
        triesInVain = isEmpty ? 0 : triesInVain + 1
        // Nothing that comes while the log is away makes it come back.
        if (!isEmpty)
          await this.#pause(jittered(Math.min(FIRST_PAUSE_MS * 2 ** (triesInVain - 1), this.#options.lookMs)))
        else if (!this.#isAsked) await this.#pause(this.#options.lookMs)
        this.#throwIfLost()
      }
      await outbox.yieldTurn()
    } finally {
      await connection.close()
    }
  }

  async #open(): Promise<PostgresConnection> {
    const { connect, timeoutMs } = this.#options
    const session: { lost?: { readonly error: unknown } } = {}
    this.#session = session
    const opening = connect((error) => {
      session.lost ??= { error }
      if (session === this.#session) this.#wake.abort()
    })
    return openWithin(opening, timeoutMs)
  }

  async #listen(connection: PostgresConnection, outbox: Outbox): Promise<void> {
    const { schema, timeoutMs, emit } = this.#options
    await assertServer(connection, timeoutMs)
    // Before the outbox is read: nothing then comes in between unheard.
    const listening = connection.listen(schema, () => {
      // The others look every so often, in case whoever has the turn does not.
      if (!outbox.hasTurn) return
      this.#isAsked = true
      this.#wake.abort()
    })
    await withDeadline(listening, timeoutMs, 'LISTEN')
    emit({ type: 'listening' })
    const tables = await outbox.notInstalled()
    if (tables.length > 0) emit({ type: 'not-installed', tables })
  }

  /** Passes on page after page. Resolves with whether there was an end of it. */
  async #drain(outbox: Outbox): Promise<boolean> {
    while (!this.#isClosed) {
      const { changes, isEnd } = await outbox.read()
      if (changes.length === 0) return true
      const batch = this.#batches.make(changes)
      const reason = await publish(this.#options.cache, batch)
      if (reason !== undefined) {
        this.#options.emit({ type: 'not-acknowledged', changes: changes.length, reason })
        // Another process may reach the log.
        await outbox.yieldTurn()
        return false
      }
      // After the log has them: whoever dies before this has passed them on for nothing, and the next one does it again.
      await outbox.remove(batch.ids)
      const { groups, everythingOf } = batch
      this.#options.emit({ type: 'batch', changes: changes.length, groups, everythingOf })
      this.#throwIfLost()
      // What has come since was notified.
      if (isEnd) return true
    }
    return false
  }

  #caughtUp(): void {
    if (this.isCaughtUp) return
    this.isCaughtUp = true
    this.#options.emit({ type: 'caught-up' })
  }

  #throwIfLost(): void {
    const { lost } = this.#session
    if (lost !== undefined && !this.#isClosed) throw lost.error
  }

  async #pause(ms: number): Promise<void> {
    this.#wake = new AbortController()
    if (this.#isClosed || this.#session.lost !== undefined) return
    await sleep(ms, undefined, { ref: false, signal: this.#wake.signal }).catch(() => {})
  }
}

/** Not all at once: a database that comes back has many who waited for it. */
function jittered(ms: number): number {
  return ms * (0.5 + Math.random() / 2)
}
