import type { HeaderReader } from '../policy/index.ts'
import type { Handling } from './handling.ts'
import type { Platform } from './platform.ts'

/** One GET or HEAD as the cache sees it. */
export interface Ask {
  readonly request: Request
  readonly handling: Handling
  /** The target URI without its fragment; plugins may have changed it. */
  readonly url: string
  readonly isSameOrigin: boolean
  /** Whether the browser sends the user's cookies along; without them an answer is not that of the user. */
  readonly hasCredentials: boolean
  /** Stands before the variant of what an `Authorization` header selects; '' without one. */
  readonly authorization: string
  readonly cacheMode: RequestCache
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

/** The fields by which a page asks for less than the whole of a response. */
export const SELECTING = ['range', 'if-range', 'if-none-match', 'if-modified-since'] as const

export async function createAsk(
  request: Request,
  handling: Handling,
  keyUrl: string,
  epoch: number,
  platform: Platform,
): Promise<Ask> {
  const token = request.headers.get('authorization')
  const cacheMode = cacheModeOf(request)
  const isSameOrigin = new URL(request.url).origin === platform.origin()
  const url = new URL(keyUrl)
  url.hash = ''
  return {
    request,
    handling,
    url: url.href,
    isSameOrigin,
    hasCredentials: request.credentials === 'include' || (isSameOrigin && request.credentials !== 'omit'),
    // Tokens stay out of storage: a digest tells them apart as well.
    authorization: token === null ? '' : await platform.digest(token),
    cacheMode,
    headers: withCacheMode(request, cacheMode),
    languages: platform.languages(),
    epoch,
  }
}

/**
 * Whether a request is none of a cache's business: streams without an end, and preconditions that only the origin can
 * evaluate (RFC 9110 §13.2.1). What answers it must be exactly what the network would say.
 */
export function mustPassThrough(request: Request): boolean {
  const { headers, method, url } = request
  return (
    (method !== 'GET' && method !== 'HEAD') ||
    headers.get('accept')?.includes('text/event-stream') === true ||
    ['if-match', 'if-unmodified-since'].some((name) => headers.has(name)) ||
    // With a user's name and password in the URL it can't be made anew.
    /^[^/]*\/\/[^/]*@/.test(url) ||
    // Developer tools make these; `fetch()` itself refuses them.
    (request.cache === 'only-if-cached' && request.mode !== 'same-origin')
  )
}

/**
 * Whether a request wants less than the whole response: a part, its header fields, or to hear that nothing has changed.
 * A stored response can say that; what the network says to it is no response to store.
 */
export function isSelective({ headers, method }: Request): boolean {
  return method === 'HEAD' || SELECTING.some((name) => headers.has(name))
}

/**
 * What the page asked for. To a request with a precondition of the page's own browsers give another mode, which says nothing
 * of what the page wants: `no-store` as Fetch §4.6 has it, `no-cache` in Chromium.
 */
function cacheModeOf({ cache, headers }: Request): RequestCache {
  const isConditional = ['if-none-match', 'if-modified-since', 'if-range'].some((name) => headers.has(name))
  return isConditional && cache.startsWith('no-') ? 'default' : cache
}

function withCacheMode(request: Request, mode: RequestCache): HeaderReader {
  const fromMode = MODE_DIRECTIVES[mode]
  return {
    get(name) {
      const value = request.headers.get(name)
      if (fromMode === undefined || name.toLowerCase() !== 'cache-control') return value
      return value === null ? fromMode : `${value}, ${fromMode}`
    },
  }
}
