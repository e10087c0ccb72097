import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * What the service worker decides by, and what says how old a response is and who answered it, as far as browsers don't show it to
 * scripts of other origins anyway (Fetch, "CORS-safelisted response-header name").
 */
const EXPOSED = [
  'Age',
  'Cache-Group-Invalidation',
  'Cache-Groups',
  'Cache-Status',
  'Content-Encoding',
  'Content-Location',
  'Content-Range',
  'Date',
  'ETag',
  'Location',
  'No-Vary-Search',
  'SW-Cache-Control',
  'Vary',
]
const ALL_EXPOSED = EXPOSED.join(', ')
const FIELD = 'Access-Control-Expose-Headers'

/**
 * Lets scripts of the origins that a response admits (`Access-Control-Allow-Origin`) see the fields that caches go by. The whole
 * list, since most of them come to a response after this: from Node, from `compression`, from caches on the way.
 */
export function exposeHeaders({ method }: IncomingMessage, response: ServerResponse): void {
  // The answer to a preflight is read by the browser alone.
  if (!response.hasHeader('Access-Control-Allow-Origin') || method === 'OPTIONS') return
  const before = [response.getHeader(FIELD) ?? []].flat().join(', ')
  if (before.trim() === '') {
    response.setHeader(FIELD, ALL_EXPOSED)
    return
  }
  const present = new Set(before.split(',').map((name) => name.trim().toLowerCase()))
  // To requests with credentials it is the name of a field (Fetch §3.3.5).
  if (present.has('*') && response.getHeader('Access-Control-Allow-Credentials') !== 'true') return
  const missing = EXPOSED.filter((name) => !present.has(name.toLowerCase()))
  if (missing.length > 0) response.setHeader(FIELD, `${before}, ${missing.join(', ')}`)
}
