import type { OutgoingHttpHeaders } from 'node:http'
import {
  type HeaderReader,
  PROFILES,
  type ResponseDirectives,
  decideStore,
  freshnessLifetime,
  fromNodeHeaders,
  readDirectives,
  readTargetedDirectives,
} from '../../policy/index.ts'

/** What one response says to caches, and whether its request carried `Authorization` (RFC 9111 §3.5). */
export interface Outgoing {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly isAuthorized: boolean
  readonly nowMs: number
}

/** Whether the field speaks to some shared caches in place of `Cache-Control` (RFC 9213 §3, and what came before it). */
export function isTargeted(field: string): boolean {
  return field.endsWith('cdn-cache-control') || field === 'surrogate-control'
}

/** As caches do that are not this one, where theirs go further than `safe`: the answer may pass through them. */
const LIKE_OTHERS = { ...PROFILES.safe, storesForAuthorization: true, storesForSilentTarget: true }

/** Whether a shared cache that follows `Cache-Control`, or one of the targeted fields, may answer somebody else with this response. */
export function isShareable(outgoing: Outgoing): boolean {
  const headers = fromNodeHeaders(outgoing.headers)
  if (isShareableUnder(readDirectives(headers), headers, outgoing)) return true
  return Object.keys(outgoing.headers)
    .filter(isTargeted)
    .some((field) => isShareableUnder(readTargetedDirectives(headers, [field]), headers, outgoing))
}

function isShareableUnder(
  directives: ResponseDirectives,
  headers: HeaderReader,
  outgoing: Outgoing,
): boolean {
  // A 304 and a part of a response freshen what is stored, so they say what the whole would (RFC 9111 §3.2, §3.4).
  const status = outgoing.status === 304 || outgoing.status === 206 ? 200 : outgoing.status
  const { store } = decideStore({
    // The answer to a HEAD says what the answer to a GET would.
    method: 'GET',
    // Not what else this request had: the next one with the same URL may come without its cookie.
    requestHeaders: { get: (name) => (name === 'authorization' && outgoing.isAuthorized ? 'present' : null) },
    status,
    headers,
    cacheType: 'shared',
    profile: LIKE_OTHERS,
    directives,
  })
  if (!store) return false
  const { noCache, staleWhileRevalidate = 0, staleIfError = 0, public: isPublic } = directives.values
  // Stored, but the origin is asked before each use, by somebody who brings his own inputs.
  if (noCache === true) return false
  if (staleWhileRevalidate > 0 || staleIfError > 0) return true
  const stored = { status, headers, responseTimeMs: outgoing.nowMs }
  const { seconds, source } = freshnessLifetime(stored, 'shared', directives)
  // What says nothing at all is left alone: some caches guess, but half of what a server answers would be a finding.
  return source === 'heuristic' || source === 'none' ? isPublic === true : seconds > 0
}
