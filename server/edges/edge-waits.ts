import { setTimeout as sleep } from 'node:timers/promises'
import { withDeadline } from '../deadline.ts'
import type { EdgeWait } from '../cache/invalidate-options.ts'
import type { InvalidationFeed } from '../feed/invalidation-feed.ts'
import type { EdgeWorker } from './edge-worker.ts'
import { type AddressedEdge, concerns } from './purge-plan.ts'

/** One edge, as those see it who wait for it. */
export interface WatchedEdge {
  readonly edge: AddressedEdge
  readonly worker: EdgeWorker
}

const LOOK_MS = 10

/**
 * Whom `wait: 'edges'` asks. The work may be another process's, so the cursor that it keeps in Redis tells; and since the cursor moves only
 * for what an edge is told, what stands between it and the number that is waited for is looked at here.
 */
export class EdgeWaits implements EdgeWait {
  readonly #feed: InvalidationFeed
  readonly #edges: readonly WatchedEdge[]
  /** However many wait, one of them asks. */
  readonly #looking = new Map<WatchedEdge, Promise<number | undefined>>()

  constructor(feed: InvalidationFeed, edges: readonly WatchedEdge[]) {
    this.#feed = feed
    this.#edges = edges
  }

  async passedBy(seq: number, timeoutMs: number): Promise<readonly string[]> {
    const untilMs = performance.now() + timeoutMs
    const behind = await Promise.all(
      this.#edges.map(async (edge) =>
        (await this.#untilPassed(edge, seq, untilMs)) ? [] : [edge.worker.name],
      ),
    )
    return behind.flat()
  }

  /** How far an edge has come, by what the process has stored that does its work. Rejects where Redis can't be asked. */
  async positionOf({ worker: { turn, position } }: WatchedEdge): Promise<number | undefined> {
    if (turn.isMine) return position
    const stored = await turn.look()
    const found = stored === undefined ? undefined : this.#feed.parseCursor(stored)
    return found === undefined ? position : Math.max(found, position ?? 0)
  }

  async #untilPassed(edge: WatchedEdge, seq: number, untilMs: number): Promise<boolean> {
    for (;;) {
      const leftMs = untilMs - performance.now()
      const isPast = await withDeadline(this.#hasPassed(edge, seq), Math.max(leftMs, 1), 'Looking').catch(
        () => false,
      )
      if (isPast) return this.#isTaken(edge, seq, Math.max(untilMs - performance.now(), LOOK_MS))
      if (performance.now() >= untilMs) return false
      await sleep(LOOK_MS, undefined, { ref: false })
    }
  }

  async #hasPassed(edge: WatchedEdge, seq: number): Promise<boolean> {
    const position = await this.#look(edge)
    if (position === undefined) return false
    if (position >= seq) return true
    if (this.#feed.seq < seq) return false
    const page = await this.#feed.since(position)
    if (page === undefined || (!page.isEnd && page.cursor < seq)) return false
    return page.entries.every((entry) => entry.seq > seq || !concerns(entry.invalidation, edge.edge))
  }

  #look(edge: WatchedEdge): Promise<number | undefined> {
    const looking = this.#looking.get(edge)
    if (looking !== undefined) return looking
    const look = this.positionOf(edge).finally(() => this.#looking.delete(edge))
    this.#looking.set(edge, look)
    return look
  }

  /** A cursor also moves past what an edge will never take. */
  async #isTaken({ worker: { turn } }: WatchedEdge, seq: number, timeoutMs: number): Promise<boolean> {
    try {
      const letters = await withDeadline(turn.letters(), timeoutMs, 'Looking')
      return !letters.some(({ from, to }) => from <= seq && seq <= to)
    } catch {
      return false
    }
  }
}
