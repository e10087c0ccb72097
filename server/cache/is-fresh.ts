import type { Coherence } from './coherence.ts'
import type { MemoryEntry } from './memory-tier.ts'

/** Whether L1 may answer with an entry: within its lifetime, read of late if it slides, and still to be trusted. */
export function isFresh(coherence: Coherence, entry: MemoryEntry, nowMs: number): boolean {
  const { l1UntilMs, freshUntilMs, idleUntilMs, loadedAtMs } = entry
  // Both ends: an entry that was expired keeps the one that L1 gave it.
  if (nowMs >= l1UntilMs || nowMs >= freshUntilMs || nowMs >= idleUntilMs) return false
  return coherence.trustsL1(loadedAtMs, nowMs)
}
