import type { Ask } from './ask.ts'
import type { CacheParts } from './cache-parts.ts'
import { type StoredEntry, toStoredResponse } from './stored-entry.ts'

interface Storable {
  readonly headers: Headers
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null
}

/** Asks `cacheWillUpdate` plugins. Returns what to store, `undefined` where one of them refuses. */
export async function mayUpdateCache(
  { handler, request }: Ask,
  { headers, status, statusText }: Response,
  body: Storable['body'],
): Promise<Storable | undefined> {
  if (!handler.hasCallback('cacheWillUpdate')) return { headers, body }
  let response = new Response(body, { status, statusText, headers })
  for (const callback of handler.iterateCallbacks('cacheWillUpdate')) {
    const allowed = await callback({ request, response, event: handler.event })
    if (!allowed) {
      await response.body?.cancel().catch(() => {})
      return undefined
    }
    response = allowed
  }
  return response
}

/** Tells `cacheDidUpdate` plugins what is now stored. */
export async function tellCacheUpdated(
  { handler, request, url }: Ask,
  { cacheName, store }: CacheParts,
  entry: StoredEntry,
): Promise<void> {
  if (!handler.hasCallback('cacheDidUpdate')) return
  const stored = await store.body(url, entry)
  if (stored === undefined) return
  const newResponse = new Response(stored.body, toStoredResponse(entry))
  await handler.runCallbacks('cacheDidUpdate', { cacheName, request, newResponse, event: handler.event })
}

/** Asks `cachedResponseWillBeUsed` plugins. Returns what they make of the stored response, `undefined` for nothing. */
export async function mayUseCached(
  { handler, request }: Ask,
  { cacheName }: CacheParts,
  cached: Response,
): Promise<Response | undefined> {
  let used: Response | undefined = cached
  for (const callback of handler.iterateCallbacks('cachedResponseWillBeUsed')) {
    const given: { cachedResponse?: Response } = used === undefined ? {} : { cachedResponse: used }
    used = (await callback({ cacheName, request, ...given, event: handler.event })) ?? undefined
  }
  return used
}
