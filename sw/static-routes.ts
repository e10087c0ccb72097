/** https://w3c.github.io/ServiceWorker/#dictdef-routerrule, as far as it is used here. */
interface RouterCondition {
  readonly urlPattern?: { readonly pathname: string; readonly search: string }
  readonly requestMode?: RequestMode
  readonly requestDestination?: RequestDestination
  readonly not?: { readonly requestMethod: string }
  readonly or?: readonly RouterCondition[]
}

interface RouterRule {
  readonly condition: RouterCondition
  readonly source: 'fetch-event' | { readonly cacheName: string }
}

/** An `install` event where browsers route; TypeScript does not know of it. */
export interface RoutingEvent {
  addRoutes?(rules: readonly RouterRule[]): Promise<void>
}

/**
 * Browsers allow 1,024 conditions, and Chromium 255 rules. It ends the process of a worker that adds more of them in a
 * second call, so there is one call with two rules.
 */
const MOST_FILES = 1_000

/**
 * Has the browser answer these files out of a cache without starting the worker, where it can do that. Only for what never
 * changes: nobody looks whether it is fresh. What is not found there goes to the network, past the worker. Never rejects.
 */
export async function addStaticRoutes(
  event: RoutingEvent,
  urls: readonly string[],
  cacheName: string,
): Promise<void> {
  const files = urls
    .map((url) => new URL(url))
    .filter(({ origin, search }) => origin === self.location.origin && search === '')
    .slice(0, MOST_FILES)
  if (files.length === 0) return
  const toWorker = [
    { not: { requestMethod: 'GET' } },
    { requestMode: 'navigate' },
    // They ask for ranges.
    { requestDestination: 'audio' },
    { requestDestination: 'video' },
  ] as const
  const patterns = files.map(({ pathname }) => ({
    urlPattern: { pathname: pathname.replaceAll(/[*+?:{}()\\]/g, String.raw`\$&`), search: '' },
  }))
  try {
    await event.addRoutes?.([
      { condition: { or: toWorker }, source: 'fetch-event' },
      { condition: { or: patterns }, source: { cacheName } },
    ])
  } catch {
    // The worker answers them.
  }
}
