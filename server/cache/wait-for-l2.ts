import { type EventEmitter, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { reportStatus } from './cache-status.ts'
import type { OpenedCache } from './open-cache.ts'

const LOOK_MS = 5

/** Resolves when L2 is in use, or after `timeoutMs` without it; then with `false`. `caughtUp` tells of each time that the log has been read to its end. */
export async function waitForL2(
  opened: OpenedCache,
  caughtUp: EventEmitter,
  timeoutMs: number,
): Promise<boolean> {
  const { log, parts } = opened
  const signal = AbortSignal.timeout(timeoutMs)
  const isDown = (): boolean => reportStatus(parts, log).l2 === 'down'
  try {
    if (!log.isCaughtUp) await once(caughtUp, 'caught-up', { signal })
    await opened.untilReady(signal)
    // What was invalidated before has to be in the log first.
    while (isDown()) await sleep(LOOK_MS, undefined, { signal })
  } catch {
    // Time is up: what follows says how things stand.
  }
  return !isDown()
}
