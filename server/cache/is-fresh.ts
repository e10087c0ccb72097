import type { Coherence } from './coherence.ts'
import type { MemoryEntry } from './memory-tier.ts'

/** Whether L1 may answer with an entry: within its lifetime there, read of late if it slides, and still to be trusted. */
export function isFresh(coherence: Coherence, entry: MemoryEntry, nowMs: number): boolean {
  const { l1UntilMs, idleUntilMs, loadedAtMs } = entry
  return nowMs < l1UntilMs && nowMs < idleUntilMs && coherence.trustsL1(loadedAtMs, nowMs)
}
