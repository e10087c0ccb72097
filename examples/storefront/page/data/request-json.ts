import { noteReachable, noteUnreachable } from './connection.ts'
import { pageCacheMode } from './page-cache-mode.ts'
import { failed, type Result } from './result.ts'

const TIMEOUT_MS = 15_000
const GATEWAY_STATUSES = new Set([502, 503, 504])
// RFC 9211 §2: each cache adds its member; the service worker's is named SW.
const WORKER_HIT = /\bSW\b[^,]*;\s*hit\b/
// RFC 5861 §4: a stale answer in place of an error.
const STALE_IF_ERROR = /\bSW\b[^,]*;\s*detail="?stale-if-error/

export interface JsonRequest {
  method?: string
  headers?: Readonly<Record<string, string>>
  body?: string
  signal?: AbortSignal
  /** @default 'default', or 'no-cache' on a page that was reloaded */
  cache?: RequestCache
}

/** Fetches JSON of the shop's own API. Never throws; an aborted request counts as unreachable, its caller is gone. */
export async function requestJson<T>(url: string, init: JsonRequest = {}): Promise<Result<T>> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout
  try {
    const response = await fetch(url, {
      cache: pageCacheMode(),
      ...init,
      signal,
      headers: { accept: 'application/json', ...init.headers },
    })
    if (GATEWAY_STATUSES.has(response.status)) {
      noteUnreachable()
      return failed({ kind: 'unreachable' })
    }
    const cacheStatus = response.headers.get('cache-status') ?? ''
    const stale = STALE_IF_ERROR.test(cacheStatus)
    if (!WORKER_HIT.test(cacheStatus)) noteReachable()
    if (!response.ok) return failed(await refusal(response))
    // The API is the shop's own and same-origin, so its shape is taken at its word.
    const value = (response.status === 204 ? undefined : await response.json()) as T
    return { ok: true, value, lastSeen: stale }
  } catch {
    if (!init.signal?.aborted) noteUnreachable()
    return failed({ kind: 'unreachable' })
  }
}

async function refusal(response: Response) {
  const body: unknown = await response.json().catch(() => undefined)
  const details = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const code = typeof details['error'] === 'string' ? details['error'] : `http-${response.status}`
  return { kind: 'refused', status: response.status, code, details } as const
}
