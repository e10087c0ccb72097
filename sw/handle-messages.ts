import { describeValue, isPartitionId } from '../policy/index.ts'
import { workerPlatform } from './platform.ts'
import { workerState } from './worker-state.ts'

declare const self: ServiceWorkerGlobalScope

/** A cache that a page may have emptied. */
export interface ClearableCache {
  clear(): Promise<void>
}

/**
 * Answers the messages of `thermocline/client`: `thermocline:skip-waiting`, `thermocline:partition` and
 * `thermocline:clear`. A message with a port gets `{ ok: boolean }` back once it has been carried out.
 */
export function handleMessages(caches: readonly ClearableCache[]): void {
  self.addEventListener('message', (event) => {
    const { type, partition } = (event.data ?? {}) as Record<string, unknown>
    // Others of the worker's listeners answer what is theirs.
    if (!String(type).startsWith('thermocline:')) return
    const reply = (ok: boolean) => event.ports[0]?.postMessage({ ok })
    const onError = (error: unknown) => {
      console.error('thermocline:', error)
      reply(false)
    }
    event.waitUntil(carryOut(type, partition, caches).then(() => reply(true), onError))
  })
}

async function carryOut(type: unknown, partition: unknown, caches: readonly ClearableCache[]): Promise<void> {
  if (type === 'thermocline:skip-waiting') await self.skipWaiting()
  else if (type === 'thermocline:clear') await Promise.all(caches.map((cache) => cache.clear()))
  else if (type === 'thermocline:partition') {
    if (!isPartitionId(partition)) {
      throw new TypeError(
        `\`partition\` is ${describeValue(partition)}. Send 1 to 64 letters, digits, "_" or "-" that name a user.`,
      )
    }
    const { partitions } = workerState(workerPlatform)
    // In memory it holds from this very call on; the rest is keeping it and clearing up.
    await partitions.hold(partition)
    await partitions.wiped
  }
}
