import {
  ALWAYS_VALIDATED,
  NOT_STORED,
  type PolicyHeaders,
  type RoutePolicy,
  parseCacheControl,
  policyHeaders,
} from '../../policy/index.ts'

/** What a response leaves with, and what follows from it. Read once, for it is the same for each response. */
export interface PreparedHeaders {
  readonly cacheControl: string
  readonly cdn: string | undefined
  readonly vary: readonly string[]
  /** It keeps the response out of all shared caches. */
  readonly isPersonal: boolean
}

/** A route's policy and what it comes to. */
export interface PreparedPolicy {
  readonly policy: RoutePolicy
  readonly headers: PreparedHeaders
}

export function preparePolicy(policy: RoutePolicy): PreparedPolicy {
  const headers = policy.kind === 'no-store' ? LEFT_UNSTORED : prepareHeaders(policyHeaders(policy))
  return { policy, headers }
}

function prepareHeaders(headers: PolicyHeaders): PreparedHeaders {
  const { 'Cache-Control': cacheControl, 'CDN-Cache-Control': cdn, Vary } = headers
  return { cacheControl, cdn, vary: Vary?.split(', ') ?? [], isPersonal: keepsPrivate(cacheControl) }
}

/** Whether a `Cache-Control` keeps a response out of all shared caches. */
export function keepsPrivate(cacheControl: string): boolean {
  const { noStore, private: isPrivate } = parseCacheControl(cacheControl)
  return noStore === true || isPrivate !== undefined
}

export const LEFT_UNSTORED = prepareHeaders(NOT_STORED)
export const LEFT_VALIDATED = prepareHeaders(ALWAYS_VALIDATED)
export const LEFT_PRIVATELY_VALIDATED = prepareHeaders({
  'Cache-Control': 'private, no-cache',
  Vary: 'Cookie',
})
