import type { StrategyHandler } from 'workbox-strategies/StrategyHandler.js'
import type { Storable, StorageHooks } from './handling.ts'

interface HookContext {
  readonly handler: StrategyHandler
  readonly request: Request
  readonly cacheName: string
  /** Reads back what has been stored. */
  readonly read: (
    ...entry: Parameters<NonNullable<StorageHooks['afterStore']>>
  ) => Promise<Response | undefined>
}

/** The callbacks of Workbox plugins as the cache asks for them; only those that some plugin has. */
export function pluginHooks(context: HookContext): StorageHooks {
  const { handler } = context
  const hooks: StorageHooks = {}
  if (handler.hasCallback('cacheWillUpdate'))
    hooks.beforeStore = (response, body) => mayUpdateCache(context, response, body)
  if (handler.hasCallback('cacheDidUpdate')) {
    hooks.afterStore = async (url, entry) => {
      const { cacheName, read, request } = context
      const newResponse = await read(url, entry)
      if (newResponse === undefined) return
      await handler.runCallbacks('cacheDidUpdate', { cacheName, request, newResponse, event: handler.event })
    }
  }
  if (handler.hasCallback('cachedResponseWillBeUsed'))
    hooks.beforeUse = (stored) => mayUseCached(context, stored)
  return hooks
}

/** Returns what to store, `undefined` where a plugin refuses. */
async function mayUpdateCache(
  { handler, request }: HookContext,
  { headers, status, statusText }: Response,
  body: Storable['body'],
): Promise<Storable | undefined> {
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

/** Returns what plugins make of the stored response, `undefined` for nothing. */
async function mayUseCached(
  { handler, request, cacheName }: HookContext,
  cached: Response,
): Promise<Response | undefined> {
  let used: Response | undefined = cached
  for (const callback of handler.iterateCallbacks('cachedResponseWillBeUsed')) {
    const given: { cachedResponse?: Response } = used === undefined ? {} : { cachedResponse: used }
    used = (await callback({ cacheName, request, ...given, event: handler.event })) ?? undefined
  }
  return used
}
