import { describeValue, isPartitionId } from '../policy/index.ts'
import { workerPlatform } from './platform.ts'
import { siteInvalidations } from './site-state.ts'
import { workerState } from './worker-state.ts'

declare const self: ServiceWorkerGlobalScope

/** A cache that a page may have emptied. */
export interface ClearableCache {
  clear(): Promise<void>
}

/**
 * Answers the messages of `thermocline/client`: `thermocline:skip-waiting`, `thermocline:partition`, `thermocline:whose`,
 * `thermocline:clear`, and what a page hears of the site's invalidations (`thermocline:follow`, `thermocline:invalidated`,
 * `thermocline:lost`). A message with a port gets `{ ok: boolean }` back once it has been carried out, with what it asked for;
 * `ok` is false, and the console says why, for one that is wrong or unknown.
 *
 * @param caches - emptied by `thermocline:clear`
 */
export function handleMessages(caches: readonly ClearableCache[]): void {
  self.addEventListener('message', (event) => {
    const message = (event.data ?? {}) as Record<string, unknown>
    const { type } = message
    // Others of the worker's listeners answer what is theirs.
    if (!String(type).startsWith('thermocline:')) return
    const reply = (ok: boolean, result?: object) => event.ports[0]?.postMessage({ ok, ...result })
    const onError = (error: unknown) => {
      console.error('thermocline:', error)
      reply(false)
    }
    event.waitUntil(carryOut(message, caches).then((result) => reply(true, result ?? {}), onError))
  })
}

async function carryOut(
  message: Record<string, unknown>,
  caches: readonly ClearableCache[],
): Promise<object | undefined> {
  const { partition, since, type, url } = message
  const { partitions } = workerState(workerPlatform)
  const site = siteInvalidations(workerPlatform)
  if (type === 'thermocline:skip-waiting') await self.skipWaiting()
  else if (type === 'thermocline:clear') await Promise.all(caches.map((cache) => cache.clear()))
  else if (type === 'thermocline:partition') {
    if (!isPartitionId(partition)) {
      throw new TypeError(
        `\`partition\` is ${describeValue(partition)}. Send 1 to 64 letters, digits, "_" or "-" that name a user.`,
      )
    }
    // In memory it holds from this very call on; the rest is keeping it and clearing up.
    await partitions.hold(partition)
    await partitions.wiped
  } else if (type === 'thermocline:whose') return { partition: await partitions.current() }
  else if (type === 'thermocline:follow') {
    await site.follow(ownUrl(url))
    await site.settle()
    return site.recent(Number(since))
  } else if (type === 'thermocline:invalidated') await site.take(message)
  else if (type === 'thermocline:lost') site.lost()
  else throw new TypeError(`There is no message ${describeValue(type)} for this version of the worker.`)
  return undefined
}

/** A page must not have the worker listen to somebody else. */
function ownUrl(url: unknown): string {
  const { location } = self
  const parsed = new URL(String(url), location.href)
  if (parsed.origin === location.origin) return parsed.href
  throw new TypeError(`\`url\` is ${describeValue(url)}. Send a path of this origin.`)
}
