import type { StrategyHandler } from 'workbox-strategies/StrategyHandler.js'
import type { HeaderReader } from '../policy/index.ts'
import type { Platform } from './platform.ts'

/** One GET as the cache sees it. */
export interface Ask {
  readonly request: Request
  /** Fetches, runs the strategy's plugins, and keeps the worker alive. */
  readonly handler: StrategyHandler
  /** The target URI without its fragment; plugins may have changed it. */
  readonly url: string
  readonly isSameOrigin: boolean
  /** Whether the browser sends the user's cookies along; without them an answer is not that of the user. */
  readonly hasCredentials: boolean
  /** Stands before the variant of what an `Authorization` header selects; '' without one. */
  readonly authorization: string
  /** The request's fields with its cache mode written as directives. */
  readonly headers: HeaderReader
  readonly languages: readonly string[]
  /** Taken before anything else was awaited. */
  readonly epoch: number
}

/** What a page's `cache` option asks for, in the words of RFC 9111 §5.2.1. */
const MODE_DIRECTIVES: Readonly<Partial<Record<RequestCache, string>>> = {
  'no-cache': 'no-cache',
  'force-cache': 'max-stale',
  'only-if-cached': 'only-if-cached, max-stale',
}

export async function createAsk(
  request: Request,
  handler: StrategyHandler,
  keyUrl: string,
  epoch: number,
  platform: Platform,
): Promise<Ask> {
  const token = request.headers.get('authorization')
  const isSameOrigin = new URL(request.url).origin === platform.origin()
  const url = new URL(keyUrl)
  url.hash = ''
  return {
    request,
    handler,
    url: url.href,
    isSameOrigin,
    hasCredentials: request.credentials === 'include' || (isSameOrigin && request.credentials !== 'omit'),
    // Tokens stay out of storage: a digest tells them apart as well.
    authorization: token === null ? '' : await platform.digest(token),
    headers: withCacheMode(request),
    languages: platform.languages(),
    epoch,
  }
}

/**
 * Whether a request is none of a cache's business: parts of a body, streams without an end, preconditions that the page
 * evaluates itself. What answers it must be exactly what the network would say.
 */
export function mustPassThrough(request: Request): boolean {
  const { headers } = request
  return (
    request.method !== 'GET' ||
    headers.has('range') ||
    headers.get('accept')?.includes('text/event-stream') === true ||
    ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range'].some((name) =>
      headers.has(name),
    ) ||
    // Developer tools make these; `fetch()` itself refuses them.
    (request.cache === 'only-if-cached' && request.mode !== 'same-origin')
  )
}

function withCacheMode(request: Request): HeaderReader {
  const fromMode = MODE_DIRECTIVES[request.cache]
  return {
    get(name) {
      const value = request.headers.get(name)
      if (fromMode === undefined || name.toLowerCase() !== 'cache-control') return value
      return value === null ? fromMode : `${value}, ${fromMode}`
    },
  }
}
