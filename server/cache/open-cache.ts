import { randomBytes } from 'node:crypto'
import { InvalidationFeed } from '../feed/invalidation-feed.ts'
import type { InvalidationLog } from '../log/invalidation-log.ts'
import { MemoryLog } from '../log/memory-log.ts'
import { RedisLog } from '../log/redis-log.ts'
import { redisDriver } from '../l2/redis-driver.ts'
import type { RedisClusterLike, RedisLike } from '../redis-like.ts'
import type { CacheTracer } from '../observe/cache-operation.ts'
import { isTraced, publishEvent, traceOperation } from '../observe/channels.ts'
import type { CacheEvent } from './cache-event.ts'
import type { ResolvedCacheOptions } from './cache-options.ts'
import type { CacheParts } from './cache-parts.ts'
import { CacheStats } from './cache-stats.ts'
import { Coherence } from './coherence.ts'
import { Evictions } from './evictions.ts'
import { Failures } from './failures.ts'
import { FleetClock } from './fleet-clock.ts'
import { FleetLoads } from './fleet-loads.ts'
import { L2Tier } from './l2-tier.ts'
import { MemoryTier } from './memory-tier.ts'
import { RunningLoads } from './running-loads.ts'
import { WarnOnce } from './warn-once.ts'

/** A cache's parts, put together and at work. */
export interface OpenedCache {
  readonly parts: CacheParts
  readonly log: InvalidationLog
  readonly feed: InvalidationFeed
  /** Resolves when the Redis client is ready and other processes can be heard; rejects when the signal is aborted first. */
  untilReady(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** Puts a cache together and starts tailing the log. */
export function openCache(cache: object, options: ResolvedCacheOptions, onCaughtUp: () => void): OpenedCache {
  const { redis, maxLagMs, monotonicNow } = options
  // A lazy client would wait for a command, and commands wait for a client that is ready.
  if (redis?.status === 'wait') redis.connect().catch(() => {})
  const clock = redis && new FleetClock({ redis, key: logKeyOf(options.namespace), now: options.now })
  const emit = (event: CacheEvent): void => {
    if (event.type === 'log-caught-up') {
      onCaughtUp()
      void clock?.compare()
      // The log has found Redis again; the client may be in the middle of a long pause before its next try.
      if (redis?.status === 'reconnecting') redis.connect().catch(() => {})
    }
    options.onEvent(event)
    publishEvent(options.namespace, event)
  }
  const trace: CacheTracer = (operation, run) => traceOperation(cache, operation, run)
  const l2 = openL2(options, emit, () => (isTraced(cache, 'l2') ? trace : undefined))
  const log = openLog(options)
  const coherence = new Coherence({
    log,
    maxLagMs,
    cutOffTrustMs: () => feed.cutOffTrustMs,
    now: monotonicNow,
    onEvent: emit,
    drop: (keys) => void l2?.delete(keys),
  })
  const evictions = new Evictions(emit, monotonicNow)
  const fleet = l2?.givesLeases === true && redis !== undefined
  const parts: CacheParts = {
    memory: new MemoryTier({
      maxEntries: options.maxEntries,
      maxBytes: options.maxBytes,
      fences: coherence.local,
      onEvict: (entry, bytes) => evictions.add(entry, bytes),
    }),
    l2,
    coherence,
    fleet: fleet ? new FleetLoads({ l2, coherence, leaseMs: options.leaseMs, emit }) : undefined,
    loads: new RunningLoads(),
    failures: new Failures(),
    stats: new CacheStats(),
    isCloning: options.values === 'cloned',
    compressOver: options.compressOver,
    maxEntryBytes: options.maxEntryBytes,
    now: clock?.now ?? options.now,
    monotonicNow,
    random: options.random,
    emit,
    warnings: new WarnOnce(),
    trace,
    namespace: options.namespace,
  }
  const feed = new InvalidationFeed(log, { site: { namespace: options.namespace, redis }, maxLagMs })
  coherence.start({
    invalidated(invalidation, seq) {
      // First, so that whoever asks again on being told is not answered with what is held here.
      coherence.invalidated(invalidation, seq)
      feed.invalidated(invalidation, seq)
    },
    reset(floor) {
      coherence.reset(floor)
      feed.reset(floor)
    },
    caughtUp: () => coherence.caughtUp(),
    lost: (error) => coherence.lost(error),
  })
  return {
    parts,
    log,
    feed,
    untilReady: async (signal) => {
      if (redis !== undefined && redis.status !== 'ready') await untilReady(redis, signal)
      if (clock?.isSet === false) await clock.compare()
      if (parts.fleet !== undefined) await parts.fleet.untilListening(signal)
    },
    close: async () => {
      clock?.close()
      await parts.fleet?.close()
      await coherence.close()
      await log.close()
      await l2?.close()
    },
  }
}

function openL2(
  options: ResolvedCacheOptions,
  emit: (event: CacheEvent) => void,
  tracer: () => CacheTracer | undefined,
): L2Tier | undefined {
  const { redis, namespace, l2TimeoutMs, monotonicNow } = options
  const driver = options.l2 ?? (redis && redisDriver({ redis, channel: `${namespace}:wake` }))
  if (driver === undefined) return undefined
  // Without a log that all share, nobody could tell what another process, or this one before a restart, has invalidated.
  const life = redis === undefined ? `${randomBytes(6).toString('base64url')}:` : ''
  return new L2Tier({
    driver,
    prefix: `${namespace}:${life}`,
    timeoutMs: l2TimeoutMs,
    now: monotonicNow,
    onError: (operation, error) => emit({ type: 'l2-error', operation, error }),
    onBreaker: (state) => emit({ type: 'breaker', state }),
    tracer,
    namespace,
  })
}

function openLog({
  redis,
  namespace,
  logLength,
  l2TimeoutMs,
  maxLagMs,
  monotonicNow,
}: ResolvedCacheOptions): InvalidationLog {
  if (redis === undefined) return new MemoryLog(logLength)
  return new RedisLog({
    redis,
    key: logKeyOf(namespace),
    maxLength: logLength,
    maxLagMs,
    timeoutMs: l2TimeoutMs,
    blockMs: Math.min(1_000, Math.ceil(maxLagMs / 4)),
    now: monotonicNow,
  })
}

/** The log's key. The braces keep on one node of a Cluster what the log needs beside it. */
export function logKeyOf(namespace: string): string {
  return `{${namespace}}:log`
}

function untilReady(redis: RedisLike | RedisClusterLike, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      redis.off('ready', settle)
      signal.removeEventListener('abort', settle)
      if (signal.aborted) reject(new Error('Redis was not ready in time.'))
      else resolve()
    }
    redis.on('ready', settle)
    signal.addEventListener('abort', settle)
  })
}
