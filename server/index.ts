export type { CacheEvent } from './cache/cache-event.ts'
export type { TieredCacheOptions } from './cache/cache-options.ts'
export type { EntryOptions } from './cache/entry-options.ts'
export {
  type CacheStatusReport,
  type InvalidationResult,
  type LoadContext,
  type Loader,
  type TieredCache,
  createTieredCache,
} from './cache/tiered-cache.ts'
export type { Finding } from './guard/finding.ts'
export { type UnkeyedInputGuardOptions, unkeyedInputGuard } from './guard/unkeyed-input-guard.ts'
export {
  type HttpPolicies,
  type HttpPoliciesOptions,
  type Middleware,
  type RouteDetails,
  createHttpPolicies,
} from './http/http-policies.ts'
export type { Invalidation } from './log/invalidation.ts'
export type { ForwardFailure, ForwarderOptions } from './proxy/forwarder-options.ts'
export { type Forwarder, createForwarder } from './proxy/forwarder.ts'
export { type ReverseProxy, type ReverseProxyOptions, createReverseProxy } from './proxy/reverse-proxy.ts'
export type { RedisArgument, RedisLike } from './redis-like.ts'
export type { ResponseCacheOptions } from './response-cache/options.ts'
export { cachedListener, responseCache } from './response-cache/response-cache.ts'
export { serviceWorkerPath } from './worker-path.ts'
