import type { EdgeWait } from '../cache/invalidate-options.ts'
import type { Middleware } from '../http/http-policies.ts'
import { type EdgeEntry, type EdgesOptions, resolveEdgesOptions } from './edge-options.ts'
import { edgeFields } from './edge-fields.ts'
import type { DeadLetter, EdgeEvent } from './edge-event.ts'
import { SYSTEM_TIMING } from './edge-timing.ts'
import { type EdgeTurn, SoleTurn } from './edge-turn.ts'
import { EdgeWaits, type WatchedEdge } from './edge-waits.ts'
import { EdgeWorker } from './edge-worker.ts'
import { type AddressedEdge, type PurgeKind, concerns } from './purge-plan.ts'
import { RedisTurn } from './redis-turn.ts'

const CALL_MS = 1_000
const LAST_WORDS_MS = 2_000

/** How an edge stands. */
export interface EdgeStatus {
  readonly edge: string
  /** Whether this process does its work. */
  readonly isHere: boolean
  /** How far it has been told, as a sequence number of the log; `undefined` where it has been told nothing, or Redis can't be asked. */
  readonly cursor: number | undefined
  /** How long the oldest invalidation that it has not taken has waited, in ms, by the clock of who appended it. */
  readonly lagMs: number
  /** How many invalidations it has not taken; `Infinity` where it is to let go of everything. */
  readonly waiting: number
  /** What it refused last, if it has taken nothing since; of this process's own requests. */
  readonly lastError: { readonly reason: string; readonly status?: number; readonly at: number } | undefined
  /** How many dead letters are kept. */
  readonly deadLetters: number
}

/** The edges in front of a fleet. Make one with `createEdges`. */
export interface Edges extends EdgeWait {
  /** Goes before everything that decides headers: tells each edge, in its own field, the groups of a response that it may keep. */
  fields(): Middleware
  /** Of each edge, in their order. Never rejects. */
  status(): Promise<EdgeStatus[]>
  /** What edges will never take, oldest first, at most the last 100 of each: somebody has to look. Rejects where Redis can't be asked. */
  deadLetters(): Promise<DeadLetter[]>
  /**
   * Ends the work here, after what has been read is taken or after 2 s; another process goes on from there. What was to be purged a second
   * time (`again`) is not any more.
   */
  close(): Promise<void>
}

/**
 * Tells CDNs and proxies what has been invalidated. It follows the cache's log from where it, or another process, left off; asks each edge no
 * faster than it allows, and again until it has taken it. Throws `option-invalid`, also for an edge that can't let go of what the
 * application invalidates.
 *
 * @example
 * const edges = createEdges({ cache, edges: [varnish({ url: 'http://127.0.0.1:6081' })] })
 * app.use(edges.fields())
 * await cache.invalidate({ groups: ['product-42'] }, { wait: 'edges' })
 */
export function createEdges<const Entries extends readonly EdgeEntry[], Purge extends PurgeKind = PurgeKind>(
  options: EdgesOptions<Entries, Purge>,
): Edges {
  const resolved = resolveEdgesOptions(options)
  const { cache, redis, namespace, leaseMs, gatherMs, againMs, timeoutMs, mostNames } = resolved
  const { feed } = cache
  const emit = guarded(resolved.onEvent)
  const turnOf = (edge: string, cursor: () => string | undefined, onLost: () => void): EdgeTurn =>
    redis === undefined
      ? new SoleTurn()
      : new RedisTurn({
          redis,
          namespace,
          edge,
          leaseMs,
          timeoutMs: CALL_MS,
          cursor,
          onLost,
          onError: (error) => emit({ type: 'edge-store-failed', edge, error }),
        })
  const open = (edge: AddressedEdge): WatchedEdge => {
    const worker = new EdgeWorker({
      edge,
      feed,
      turn: (cursor, onLost) => turnOf(edge.purger.name, cursor, onLost),
      isShared: redis !== undefined,
      gatherMs,
      againMs,
      timeoutMs,
      mostNames,
      timing: SYSTEM_TIMING,
      emit,
    })
    worker.start()
    return { edge, worker }
  }
  const edges = resolved.edges.map(open)
  const waits = new EdgeWaits(feed, edges)
  cache.useEdges(waits)
  let isMisplaced = false

  return {
    fields: () =>
      edgeFields(resolved.edges, emit, () => {
        if (isMisplaced) return
        isMisplaced = true
        console.warn(
          'thermocline: `edges.fields()` comes after the middleware that decides headers, and does not see its groups. Put it first.',
        )
      }),
    passedBy: (seq, timeoutMs) => waits.passedBy(seq, timeoutMs),
    status: () => Promise.all(edges.map((edge) => statusOf(edge, waits, cache.feed))),
    deadLetters: async () => (await Promise.all(edges.map(({ worker }) => worker.turn.letters()))).flat(),
    close: async () => {
      const own = edges.filter(({ worker }) => worker.turn.isMine)
      await new EdgeWaits(feed, own).passedBy(feed.seq, LAST_WORDS_MS)
      cache.useEdges(undefined)
      await Promise.all(edges.map(({ worker }) => worker.close()))
    },
  }
}

async function statusOf(
  watched: WatchedEdge,
  waits: EdgeWaits,
  feed: EdgesOptions['cache']['feed'],
): Promise<EdgeStatus> {
  const { edge, worker } = watched
  const base = { edge: worker.name, isHere: worker.turn.isMine, lastError: worker.sender.lastError }
  try {
    const [cursor, letters] = await Promise.all([waits.positionOf(watched), worker.turn.letters()])
    const page = cursor === undefined ? undefined : await feed.since(cursor)
    if (page === undefined) {
      return { ...base, cursor, lagMs: 0, waiting: Number.POSITIVE_INFINITY, deadLetters: letters.length }
    }
    const waiting = page.entries.filter(({ invalidation }) => concerns(invalidation, edge))
    const oldestAt = waiting[0]?.invalidation.at
    const lagMs = oldestAt === undefined ? 0 : Math.max(0, Date.now() - oldestAt)
    return { ...base, cursor, lagMs, waiting: waiting.length, deadLetters: letters.length }
  } catch {
    const { deaths } = worker
    return { ...base, cursor: undefined, lagMs: 0, waiting: Number.POSITIVE_INFINITY, deadLetters: deaths }
  }
}

/** A listener that throws must cost its own event, not the work. */
function guarded(onEvent: EdgesOptions['onEvent']): (event: EdgeEvent) => void {
  if (onEvent === undefined) return () => {}
  const report = (error: unknown): void =>
    console.error('thermocline: `onEvent` of `createEdges` threw.', error)
  return (event) => {
    try {
      const returned: unknown = onEvent(event)
      if (returned instanceof Promise) returned.catch(report)
    } catch (error) {
      report(error)
    }
  }
}
