import { type CacheControl, formatCacheControl } from './cache-control.ts'
import { formatCacheGroups } from './groups.ts'
import type { RoutePolicy } from './route-policy.ts'

/** The response fields that a policy comes to. `Vary` is to be merged with what the response has, not set over it. */
export interface PolicyHeaders {
  readonly 'Cache-Control': string
  readonly 'CDN-Cache-Control'?: string
  readonly 'Cache-Groups'?: string
  readonly Vary?: string
}

/** What a response says that must not be kept by anybody, neither by caches that know `no-store` nor by those that know only `private`. */
export const NOT_STORED: PolicyHeaders = Object.freeze({ 'Cache-Control': 'private, no-store' })

/** What a response says that may be kept but not used without asking. */
export const ALWAYS_VALIDATED: PolicyHeaders = Object.freeze({ 'Cache-Control': 'no-cache' })

/** The fields for a successful response under a policy, in the given groups (RFC 9111 §5.2.2, RFC 9213, RFC 9875). */
export function policyHeaders(policy: RoutePolicy, groups: Iterable<string> = []): PolicyHeaders {
  if (policy.kind === 'no-store') return NOT_STORED
  const cacheGroups = formatCacheGroups(groups)
  return {
    'Cache-Control': formatCacheControl(browserDirectives(policy)),
    ...(policy.cdnMs === undefined ? {} : { 'CDN-Cache-Control': formatCacheControl(cdnDirectives(policy)) }),
    ...(cacheGroups === '' ? {} : { 'Cache-Groups': cacheGroups }),
    ...(policy.vary.length === 0 ? {} : { Vary: policy.vary.join(', ') }),
  }
}

function browserDirectives(policy: RoutePolicy): CacheControl {
  switch (policy.kind) {
    case 'immutable':
      return { public: true, maxAge: policy.browserMs / 1_000, immutable: true }
    case 'private':
      return { private: true, maxAge: policy.browserMs / 1_000, ...windows(policy) }
    case 'public':
      return { public: true, maxAge: policy.browserMs / 1_000, ...windows(policy) }
    default:
      return { noCache: true }
  }
}

/** RFC 9213 §2.1: a targeted field replaces Cache-Control whole, so it says everything again. */
function cdnDirectives(policy: RoutePolicy): CacheControl {
  return { maxAge: (policy.cdnMs ?? 0) / 1_000, ...windows(policy) }
}

function windows({ staleWhileRevalidateMs, staleIfErrorMs }: RoutePolicy): CacheControl {
  return {
    ...(staleWhileRevalidateMs > 0 ? { staleWhileRevalidate: staleWhileRevalidateMs / 1_000 } : {}),
    ...(staleIfErrorMs > 0 ? { staleIfError: staleIfErrorMs / 1_000 } : {}),
  }
}
