import type { InvalidationFeed } from '../feed/invalidation-feed.ts'
import type { DeadLetter, EdgeEvent } from './edge-event.ts'
import type { PurgeRequest } from './edge-purger.ts'
import type { EdgeTiming } from './edge-timing.ts'
import type { EdgeTurn } from './edge-turn.ts'
import { type RefusedPart, purgeInParts } from './purge-in-parts.ts'
import { type AddressedEdge, planPurge } from './purge-plan.ts'
import { PurgeSender } from './purge-sender.ts'
import { SecondPurges } from './second-purges.ts'

export interface EdgeWorkerOptions {
  readonly edge: AddressedEdge
  readonly feed: InvalidationFeed
  /** Made with how it asks for the cursor, and whom it tells that the turn is lost. */
  readonly turn: (cursor: () => string | undefined, onLost: () => void) => EdgeTurn
  /** Whether the log outlives this process, so that an edge without a cursor may have missed some of it. */
  readonly isShared: boolean
  readonly gatherMs: number
  /** How long after a purge the same is purged once more; 0: never. */
  readonly againMs: number
  readonly timeoutMs: number
  /** More names than this at once are everything. */
  readonly mostNames: number
  readonly timing: EdgeTiming
  readonly emit: (event: EdgeEvent) => void
}

const RETRY_MS = 250
const CATCH_UP_MS = 20

/**
 * Tells one edge what the log says, in order, while it is this process's turn. The log is the queue: what an edge is slow to take is
 * read when it is its turn, so nothing grows here but the log, which is bounded. The cursor moves once an edge has taken all up to
 * it, so whoever goes on from there may repeat something, and leaves nothing out.
 */
export class EdgeWorker {
  readonly turn: EdgeTurn
  readonly sender: PurgeSender
  /** Dead letters since this process began. */
  deaths = 0
  /** All up to here has been taken, as far as this process knows. */
  position: number | undefined
  /** Since when something waits, by the clock of this process. */
  waitsSinceMs: number | undefined
  readonly #options: EdgeWorkerOptions
  readonly #abort = new AbortController()
  readonly #again: SecondPurges
  #isReset = false
  #isNew = false
  #hasTurn = false
  #wake: () => void = () => {}
  #unfollow: () => void = () => {}
  #running: Promise<void> = Promise.resolve()

  constructor(options: EdgeWorkerOptions) {
    const { edge, timeoutMs, timing, emit, turn, againMs, mostNames } = options
    this.#options = options
    this.#again = new SecondPurges(againMs, mostNames)
    this.sender = new PurgeSender({
      purger: edge.purger,
      timeoutMs,
      timing,
      emit,
      signal: this.#abort.signal,
    })
    this.turn = turn(
      () => this.#cursor(),
      () => {
        if (this.#hasTurn) this.#emit({ type: 'turn', edge: this.name, outcome: 'lost' })
        this.#hasTurn = false
        this.#tell()
      },
    )
  }

  get name(): string {
    return this.#options.edge.purger.name
  }

  start(): void {
    const { feed, isShared } = this.#options
    // What a log of this process's own said before was said to nobody.
    if (!isShared) this.position = feed.seq
    this.#unfollow = feed.follow({
      invalidated: () => this.#hear(),
      reset: () => {
        this.#isReset = true
        this.#hear()
      },
    })
    this.#running = this.#run()
  }

  async close(): Promise<void> {
    this.#unfollow()
    this.#abort.abort()
    this.#tell()
    await this.#running
    await this.turn.close()
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort
    while (!signal.aborted) {
      try {
        await this.#resume(await this.turn.untilMine(signal))
        this.#beginTurn()
        while (this.turn.isMine && !signal.aborted) await this.#step()
      } catch (error) {
        if (signal.aborted) return
        this.#emit({ type: 'edge-store-failed', edge: this.name, error })
        await this.#sleep(RETRY_MS)
      }
    }
  }

  #beginTurn(): void {
    if (this.#hasTurn || !this.#options.isShared) return
    this.#hasTurn = true
    this.#emit({ type: 'turn', edge: this.name, outcome: 'taken' })
  }

  /** Where whoever did it before has left off, or this process itself. */
  async #resume(stored: string | undefined): Promise<void> {
    const { feed, timing } = this.#options
    // What there is to do is found out in the first step.
    this.waitsSinceMs ??= timing.now()
    // Before that, it is not known what the log says.
    while (!feed.isCaughtUp && this.turn.isMine) await this.#sleep(CATCH_UP_MS)
    const found = stored === undefined ? undefined : feed.parseCursor(stored)
    if (found !== undefined) this.position = Math.max(found, this.position ?? 0)
  }

  async #step(): Promise<void> {
    const { feed, edge, gatherMs, mostNames, timing } = this.#options
    this.#isReset = false
    this.#isNew = false
    const here = feed.seq
    const page = this.position === undefined ? undefined : await feed.since(this.position)
    if (page === undefined) {
      this.waitsSinceMs ??= timing.now()
      return this.#everything(this.position === undefined ? 'first' : 'reset', here)
    }
    const plan = planPurge(page.entries, page.cursor, edge, mostNames)
    if (plan.requests === undefined) return this.#everything('too-many', plan.to)
    if (plan.requests.length > 0) {
      this.waitsSinceMs ??= timing.now()
      await this.#carryOut(plan.requests, plan.to)
      return
    }
    this.position = plan.to
    if (!page.isEnd) return
    if (!this.#isNew) this.waitsSinceMs = undefined
    // One request at a time: what is new comes before what is done once already.
    if (await this.#purgeAgain(plan.to)) return
    await this.#untilTold()
    // Those that come together go together.
    if (gatherMs > 0) await timing.sleep(gatherMs, this.#abort.signal)
  }

  async #everything(reason: 'first' | 'reset' | 'too-many', to: number): Promise<void> {
    const { abilities } = this.#options.edge.purger
    this.#emit({ type: 'everything', edge: this.name, reason })
    this.#isReset = false
    const request: PurgeRequest = { kind: 'everything', names: [], mode: 'delete' }
    if (abilities.everything) return this.#carryOut([request], to)
    const from = (this.position ?? to) + 1
    // An edge that was never told anything, and can't be emptied: it begins here, as a new one does.
    const report = { reason: `${this.name} can't let go of everything at once.` }
    await this.#advance(to, reason === 'first' ? [] : [this.#bury({ part: request, report }, { from, to })])
  }

  async #carryOut(requests: readonly PurgeRequest[], to: number): Promise<void> {
    const { edge, feed, timing } = this.#options
    const from = Math.min((this.position ?? to) + 1, to)
    const letters: DeadLetter[] = []
    // Another process would give the edge again what this one has let go of. One that is cut off soon trusts nothing either.
    await feed.passedByFleet(to)
    for (const request of requests) {
      const { mostNames } = edge.purger
      const whole =
        request.kind === 'everything'
          ? request
          : this.#again.beside(request, mostNames[request.kind], timing.now())
      const refused = await purgeInParts(whole, (part) => this.sender.send(part, () => this.#mayGoOn()))
      if (refused === 'stopped') return
      letters.push(...refused.map((one) => this.#bury(one, { from, to })))
      if (request.kind === 'everything' && refused.length > 0) continue
      const lost = new Set(refused.flatMap(({ part }) => part.names))
      const nowMs = timing.now()
      this.#again.end(whole, nowMs)
      this.#again.begin({ ...request, names: request.names.filter((name) => !lost.has(name)) }, to, nowMs)
    }
    await this.#advance(to, letters)
  }

  /** `false` where nothing is due, or nothing can be asked for now without taking the turn of what is new. */
  async #purgeAgain(position: number): Promise<boolean> {
    const { edge, timing } = this.#options
    const beganAtMs = timing.now()
    const second = this.#again.next(edge.purger.mostNames, beganAtMs)
    if (second === undefined || this.sender.restMs > 0) return false
    const refused = await purgeInParts(second.request, (part) =>
      this.sender.sendOnce(part, () => this.turn.isMine && !this.#isNew),
    )
    // What has not been taken stays due.
    if (refused === 'stopped') return true
    this.#again.end(second.request, beganAtMs)
    if (refused.length > 0)
      await this.#advance(
        position,
        refused.map((one) => this.#bury(one, second)),
      )
    return true
  }

  /** Not where everything is to go anyway, and not where another process does it by now. */
  #mayGoOn(): boolean {
    const isOutdone = this.#isReset && this.#options.edge.purger.abilities.everything
    return this.turn.isMine && !isOutdone
  }

  async #advance(to: number, letters: readonly DeadLetter[]): Promise<void> {
    const cursor = this.#options.feed.cursorOf(to)
    while (!this.#abort.signal.aborted) {
      try {
        if (await this.turn.store(cursor, letters)) break
        // Another process does it over.
        return
      } catch (error) {
        this.#emit({ type: 'edge-store-failed', edge: this.name, error })
        await this.#sleep(RETRY_MS)
      }
    }
    this.position = to
  }

  #bury(
    { part: { kind, mode, names }, report }: RefusedPart,
    { from, to }: { readonly from: number; readonly to: number },
  ): DeadLetter {
    const letter: DeadLetter = { edge: this.name, kind, mode, names, from, to, at: Date.now(), ...report }
    this.deaths += 1
    this.#emit({ type: 'dead-letter', edge: this.name, letter })
    return letter
  }

  #cursor(): string | undefined {
    return this.position === undefined ? undefined : this.#options.feed.cursorOf(this.#seen(this.position))
  }

  /** While nothing waits, an edge has been told of all that has been read: keys alone wake nobody. */
  #seen(position: number): number {
    return this.waitsSinceMs === undefined ? Math.max(position, this.#options.feed.seq) : position
  }

  /** At once, so that no renewal in between keeps a cursor behind which something waits. */
  #hear(): void {
    this.waitsSinceMs ??= this.#options.timing.now()
    this.#tell()
  }

  #tell(): void {
    this.#isNew = true
    this.#wake()
  }

  /** Or until something is due a second time. */
  async #untilTold(): Promise<void> {
    if (this.#isNew || !this.turn.isMine || this.#abort.signal.aborted) return
    const told = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    const { timing } = this.#options
    const { dueAtMs } = this.#again
    if (dueAtMs === undefined) return told
    const nap = new AbortController()
    const dueInMs = Math.max(dueAtMs - timing.now(), this.sender.restMs, 0)
    await Promise.race([told, timing.sleep(dueInMs, nap.signal).catch(() => {})])
    nap.abort()
  }

  async #sleep(ms: number): Promise<void> {
    await this.#options.timing.sleep(ms, this.#abort.signal).catch(() => {})
  }

  #emit(event: EdgeEvent): void {
    this.#options.emit(event)
  }
}
