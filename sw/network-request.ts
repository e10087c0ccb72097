import { conditionalHeaders } from '../policy/index.ts'
import { type Ask, SELECTING } from './ask.ts'
import { type StoredEntry, toStoredResponse } from './stored-entry.ts'

/**
 * No stored response is older than this, so the directive forbids nothing: it is there because browsers fill the empty
 * place with `no-cache`, which would bypass every cache between here and the origin.
 */
const ANY_AGE = 'max-age=31536000'

/**
 * Whether another site may have begun a navigation. Made anew by the worker it would be one of the own origin: it would carry
 * `SameSite=Strict` cookies and say `Sec-Fetch-Site: same-origin`. Who begins one can leave its referrer out.
 */
export function isMaybeForeign({ mode, referrer, url }: Request): boolean {
  return mode === 'navigate' && (referrer === '' || !isOwnReferrer(referrer, url))
}

/** The request that goes to the network, exact enough that no cache of the browser answers it or keeps its answer. */
export function toNetworkRequest(ask: Ask, stored?: StoredEntry): Request {
  const { request } = ask
  if (isMaybeForeign(request)) return request
  const { referrer, referrerPolicy } = request
  if (!ask.isSameOrigin) {
    // Own header fields would cost a CORS preflight. In this mode the browser's own cache validates what it has.
    return new Request(request, {
      cache: request.cache === 'default' ? 'no-cache' : request.cache,
      referrer,
      referrerPolicy,
    })
  }
  const headers = new Headers(request.headers)
  // The whole of it is asked for, whatever the page wants of it.
  if (stored !== undefined) for (const name of SELECTING) headers.delete(name)
  if (!headers.has('cache-control')) headers.set('Cache-Control', directiveFor(ask, stored))
  // Browsers add `Pragma: no-cache` to this mode unless there is one.
  if (!headers.has('pragma')) headers.set('Pragma', '')
  if (stored !== undefined) {
    for (const [name, value] of Object.entries(conditionalHeaders(toStoredResponse(stored).headers))) {
      headers.set(name, value)
    }
  }
  return new Request(request.url, {
    method: stored === undefined ? request.method : 'GET',
    headers,
    // Neither `navigate` nor the header fields that `no-cors` forbids can be made by script.
    mode: 'same-origin',
    cache: 'no-store',
    credentials: request.credentials,
    // A redirected response may not answer a navigation, and in `same-origin` mode none may leave the origin.
    redirect: 'manual',
    referrer: isOwnReferrer(referrer, request.url) ? referrer : '',
    referrerPolicy,
  })
}

function directiveFor({ cacheMode }: Ask, stored: StoredEntry | undefined): string {
  if (cacheMode === 'reload' || cacheMode === 'no-store') return 'no-cache'
  return stored === undefined ? ANY_AGE : 'max-age=0'
}

/** A foreign referrer would silently become the URL of the worker's script. */
function isOwnReferrer(referrer: string, url: string): boolean {
  return referrer === 'about:client' || referrer === '' || new URL(referrer).origin === new URL(url).origin
}

/**
 * A request whose redirects only the browser can follow. What they lead to must not come from the browser's HTTP cache, which
 * knows nothing of users and invalidations. A navigation can't be made anew, and is not followed here.
 */
export function pastHttpCache(request: Request): Request {
  const { mode, referrer, referrerPolicy } = request
  // Unless it is said again the referrer would be the worker's script.
  return mode === 'navigate' ? request : new Request(request, { cache: 'no-store', referrer, referrerPolicy })
}
