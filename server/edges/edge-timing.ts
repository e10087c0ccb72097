import { setTimeout as sleep } from 'node:timers/promises'

/** Time and chance, as the edges' work sees them. */
export interface EdgeTiming {
  /** Milliseconds that never run back. */
  readonly now: () => number
  /** Resolves after `ms`; rejects when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>
  /** From 0 up to 1. */
  readonly random: () => number
}

export const SYSTEM_TIMING: EdgeTiming = {
  now: () => performance.now(),
  // An application that has nothing else to do may end: with Redis another one goes on from the cursor.
  sleep: (ms, signal) => sleep(ms, undefined, { signal, ref: false }),
  random: Math.random,
}

const FIRST_RETRY_MS = 250
const MOST_RETRY_MS = 30_000
/** An edge that asks for more than this has taken leave of its clock. */
const MOST_ASKED_FOR_MS = 3_600_000

/**
 * How long to wait before asking again: twice as long each time, a random part of it up to half left out, so that those who failed
 * together do not come back together; never sooner than the edge has asked for.
 */
export function retryAfter(attempt: number, askedForMs: number | undefined, random: () => number): number {
  const ceilingMs = Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), MOST_RETRY_MS)
  const ownMs = ceilingMs * (1 - random() / 2)
  const asked = askedForMs !== undefined && askedForMs > 0 ? Math.min(askedForMs, MOST_ASKED_FOR_MS) : 0
  return Math.ceil(Math.max(ownMs, asked))
}
