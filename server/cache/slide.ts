import type { CacheParts } from './cache-parts.ts'
import type { MemoryEntry } from './memory-tier.ts'

/** A read prolongs what slides; L2 hears of it twice in the time that it prolongs by, or its copy would end while it is in use. */
export function slide({ l2 }: CacheParts, key: string, entry: MemoryEntry, nowMs: number): void {
  const { slidingMs, freshUntilMs } = entry
  if (slidingMs === 0) return
  entry.idleUntilMs = nowMs + slidingMs
  if (nowMs < entry.touchDueMs) return
  entry.touchDueMs = nowMs + slidingMs / 2
  void l2?.touch(key, Math.ceil(Math.min(slidingMs, freshUntilMs - nowMs)))
}
