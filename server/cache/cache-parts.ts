import type { CacheTracer } from '../observe/cache-operation.ts'
import type { CacheEvent } from './cache-event.ts'
import type { CacheStats } from './cache-stats.ts'
import type { Coherence } from './coherence.ts'
import type { Failures } from './failures.ts'
import type { FleetLoads } from './fleet-loads.ts'
import type { L2Tier } from './l2-tier.ts'
import type { MemoryTier } from './memory-tier.ts'
import type { RunningLoads } from './running-loads.ts'
import type { WarnOnce } from './warn-once.ts'

/** What the parts of one cache share. */
export interface CacheParts {
  readonly memory: MemoryTier
  readonly l2: L2Tier | undefined
  readonly coherence: Coherence
  readonly fleet: FleetLoads | undefined
  readonly loads: RunningLoads
  readonly failures: Failures
  readonly stats: CacheStats
  /** Whether each caller is given a value of its own. */
  readonly isCloning: boolean
  /** Bytes of JSON from which an entry is compressed in L2. */
  readonly compressOver: number
  /** A larger entry of L2 is not read. */
  readonly maxEntryBytes: number
  /** The wall clock of the fleet, by which L2 entries expire in every process. */
  readonly now: () => number
  /** This process's own clock, by which L1 entries do. */
  readonly monotonicNow: () => number
  /** From 0 up to 1. */
  readonly random: () => number
  readonly emit: (event: CacheEvent) => void
  readonly warnings: WarnOnce
  readonly namespace: string
  /** Shows what takes time to whoever traces. */
  readonly trace: CacheTracer
}

/** How far this process and the log had come when a load began, in both orders and by this process's clock. */
export interface LoadStart {
  readonly since: number
  readonly tick: number
  readonly beganAtMs: number
}
