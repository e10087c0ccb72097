import type { Assessment, CacheType } from './freshness.ts'
import type { Profile, ProfileRules } from './profile.ts'
import { type ReuseDecision, decideReuse } from './reuse.ts'

/** What a stored response is good for as time goes by, if nobody asks for more than it is; milliseconds since the epoch. */
export interface Timeline {
  /** From then on it is stale; absent where it never answers without being validated. */
  readonly freshUntilMs?: number
  /** Up to then it answers stale while a new one is fetched (RFC 5861 §3). */
  readonly staleWhileRevalidateUntilMs?: number
  /** Up to then it stands in for a 500, 502, 503 or 504 (RFC 5861 §4), where that is longer than the window before. */
  readonly staleIfErrorUntilMs?: number
  /** Whether it may answer, however stale, while the server can't be reached (RFC 9111 §4.2.4). */
  readonly staleIfDisconnected: boolean
}

export interface TimelineQuestion {
  readonly stored: Assessment
  readonly cacheType: CacheType
  readonly profile?: Profile | ProfileRules
}

const NO_FIELDS = { get: () => null }

/** When each use of a stored response ends. Each limit that its fields name is put to `decideReuse`, which knows what else counts. */
export function findTimeline(question: TimelineQuestion): Timeline {
  const { directives, lifetime, initialAgeMs, responseTimeMs } = question.stored
  const { staleWhileRevalidate = -1, staleIfError = -1 } = directives.values
  const staleAtMs = responseTimeMs + lifetime.seconds * 1_000 - initialAgeMs
  const at = (ms: number): ReuseDecision =>
    decideReuse({ ...question, requestHeaders: NO_FIELDS, nowMs: Math.max(ms, responseTimeMs) })

  const refreshedUntilMs = staleAtMs + staleWhileRevalidate * 1_000
  const errorsUntilMs = staleAtMs + staleIfError * 1_000
  const atEnd = at(errorsUntilMs)
  const last = at(Math.max(staleAtMs, refreshedUntilMs, errorsUntilMs) + 1_000)
  return {
    ...(at(staleAtMs - 1).kind === 'fresh' ? { freshUntilMs: staleAtMs } : {}),
    ...(at(refreshedUntilMs).kind === 'stale-while-revalidate'
      ? { staleWhileRevalidateUntilMs: refreshedUntilMs }
      : {}),
    ...(staleIfError >= 0 && atEnd.kind === 'revalidate' && atEnd.staleIfError
      ? { staleIfErrorUntilMs: errorsUntilMs }
      : {}),
    staleIfDisconnected: last.kind === 'revalidate' && last.staleIfDisconnected,
  }
}
