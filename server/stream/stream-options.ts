import type { Request } from 'express'
import {
  type Duration,
  ThermoclineError,
  describeValue,
  parseDuration,
  refuseUnknownOptions,
} from '../../policy/index.ts'
import type { EdgeWait } from '../cache/invalidate-options.ts'
import { functionOf } from '../cache/option-checks.ts'
import type { InvalidationFeed } from '../feed/invalidation-feed.ts'

export interface InvalidationStreamOptions {
  /** Whose invalidations browsers are to hear of. */
  readonly cache: { readonly feed: InvalidationFeed }
  /**
   * Who is signed in, as in `createHttpPolicies`: only that user's browsers hear of the user's own groups. It is asked once for each
   * connection. @default nobody, and own groups reach no browser
   */
  readonly partition?: ((request: Request) => string | number | null | undefined) | undefined
  /** What browsers go through to the server: they are told once these have let go, so that they are not given it again. @default none */
  readonly edges?: EdgeWait | undefined
  /** How long to wait for the edges before browsers are told all the same. @default '5s' */
  readonly edgeTimeout?: Duration | undefined
  /** How often a silent connection says that it is still there. @default '15s' */
  readonly beat?: Duration | undefined
  /** How long a browser waits before it connects again, at least; up to twice that, at random. @default '2s' */
  readonly retry?: Duration | undefined
  /** After how long a connection is ended, to be made anew with the cookies of then; half of it at least. @default '20m' */
  readonly maxAge?: Duration | undefined
  /** Open connections; who comes when there are as many polls. @default 10_000 */
  readonly maxConnections?: number | undefined
  /** Milliseconds that never run back. @default performance.now */
  readonly clock?: (() => number) | undefined
  /** From 0 up to 1. @default Math.random */
  readonly random?: (() => number) | undefined
}

export interface ResolvedStreamOptions {
  readonly feed: InvalidationFeed
  readonly partition: InvalidationStreamOptions['partition']
  readonly edges: EdgeWait | undefined
  readonly edgeTimeoutMs: number
  readonly beatMs: number
  readonly retryMs: number
  readonly maxAgeMs: number
  readonly maxConnections: number
  readonly now: () => number
  readonly random: () => number
}

const KNOWN = [
  'cache',
  'partition',
  'edges',
  'edgeTimeout',
  'beat',
  'retry',
  'maxAge',
  'maxConnections',
  'clock',
  'random',
]

/** Throws `option-invalid`, `duration-invalid`. */
export function resolveStreamOptions(options: InvalidationStreamOptions): ResolvedStreamOptions {
  refuseUnknownOptions('`invalidationStream`', options, KNOWN)
  const { cache, edges, maxConnections = 10_000 } = options
  if (typeof (cache as { feed?: { follow?: unknown } } | undefined)?.feed?.follow !== 'function') {
    throw invalid(`\`cache\` is ${describeValue(cache)}. Give what \`createTieredCache()\` made.`)
  }
  if (edges !== undefined && typeof (edges as Partial<EdgeWait>).passedBy !== 'function') {
    throw invalid(`\`edges\` is ${describeValue(edges)}. Give what \`createEdges()\` made.`)
  }
  if (!Number.isSafeInteger(maxConnections) || maxConnections < 1) {
    throw invalid(`\`maxConnections\` is ${describeValue(maxConnections)}. Give a whole number above 0.`)
  }
  return {
    feed: cache.feed,
    partition: functionOf('partition', options.partition),
    edges,
    edgeTimeoutMs: parseDuration(options.edgeTimeout ?? 5_000, 'edgeTimeout'),
    beatMs: atLeast(100, 'beat', options.beat ?? 15_000),
    retryMs: atLeast(1, 'retry', options.retry ?? 2_000),
    maxAgeMs: atLeast(1_000, 'maxAge', options.maxAge ?? 1_200_000),
    maxConnections,
    now: functionOf('clock', options.clock) ?? (() => performance.now()),
    random: functionOf('random', options.random) ?? Math.random,
  }
}

function atLeast(least: number, name: string, duration: Duration): number {
  const ms = parseDuration(duration, name)
  if (ms >= least) return ms
  throw invalid(`\`${name}\` is ${describeValue(duration)}. Give ${least} ms or more.`)
}

function invalid(message: string): ThermoclineError {
  return new ThermoclineError('option-invalid', message)
}
