import { UNKNOWN_MEMBERS } from '../log/fleet-wait.ts'
import { type Invalidation, checkInvalidation, leavesTheServer } from '../log/invalidation.ts'
import {
  type EdgeWait,
  type InvalidateOptions,
  type InvalidationResult,
  checkInvalidateOptions,
} from './invalidate-options.ts'
import type { OpenedCache } from './open-cache.ts'

/** Carries out an invalidation here and tells the log, and waits for as many others as it was asked to. */
export async function invalidateWhere(
  { log, parts }: OpenedCache,
  edges: EdgeWait | undefined,
  invalidation: Invalidation,
  options: InvalidateOptions,
): Promise<InvalidationResult> {
  const complete = checkInvalidation(invalidation)
  const { wait, timeoutMs } = checkInvalidateOptions(options, edges)
  // Browsers are told once all processes have let go.
  const isAwaited = wait !== 'local' || leavesTheServer(complete)
  const { isAcknowledged, seq } = await parts.coherence.invalidate(complete, { isAwaited })
  if (wait === 'local') return { acknowledged: isAcknowledged, missing: [] }
  if (!isAcknowledged) return { acknowledged: false, missing: [UNKNOWN_MEMBERS] }
  const [{ missing }, behind = []] = await Promise.all([
    log.passedBy(seq, timeoutMs),
    wait === 'edges' ? edges?.passedBy(seq, timeoutMs) : undefined,
  ])
  return { acknowledged: true, missing: [...missing, ...behind.map((name) => `edge ${name}`)] }
}
