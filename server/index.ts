export type { TieredCacheOptions } from './cache/cache-options.ts'
export type { ValueCodec } from './cache/value-codec.ts'
export type { EntryGroups, EntryOptions, ValueLifetimes } from './cache/entry-options.ts'
export {
  type BatchLoader,
  type BatchValues,
  type CacheStatusReport,
  type FoundEntry,
  type InvalidateOptions,
  type InvalidationResult,
  type KeyValue,
  type LoadContext,
  type LoadStart,
  type Loader,
  type ReadOptions,
  type TieredCache,
  createTieredCache,
} from './cache/tiered-cache.ts'
export type { BoundEntry, EntryBatch, EntryId } from './entry/bound-entry.ts'
export {
  type DefinedGroups,
  type EntryCodec,
  type EntryDefinition,
  type EntryDefinitionOptions,
  defineEntry,
} from './entry/define-entry.ts'
export type { KeyPart } from './entry/entry-key.ts'
export type { Migrations } from './entry/migrations.ts'
export type { StandardSchema } from './entry/standard-schema.ts'
export type { Finding } from './guard/finding.ts'
export { type UnkeyedInputGuardOptions, unkeyedInputGuard } from './guard/unkeyed-input-guard.ts'
export {
  type HttpPolicies,
  type HttpPoliciesOptions,
  type Middleware,
  type RouteDetails,
  createHttpPolicies,
} from './http/http-policies.ts'
export { ownGroup } from './http/own-group.ts'
export { serviceWorkerOffPath, workerOff } from './http/worker-off.ts'
export { type InvalidationEndpointOptions, invalidationEndpoint } from './invalidate/invalidation-endpoint.ts'
export {
  type WriteInvalidation,
  type WriteInvalidationOptions,
  type WriteOptions,
  createWriteInvalidation,
} from './invalidate/write-invalidation.ts'
export type { Invalidation, InvalidationMode } from './log/invalidation.ts'
export type { ForwardFailure, ForwarderOptions } from './proxy/forwarder-options.ts'
export { type Forwarder, createForwarder } from './proxy/forwarder.ts'
export { type ReverseProxy, type ReverseProxyOptions, createReverseProxy } from './proxy/reverse-proxy.ts'
export type { RedisArgument, RedisClusterLike, RedisLike } from './redis-like.ts'
export type { ResponseCacheOptions } from './response-cache/options.ts'
export { cachedListener, responseCache } from './response-cache/response-cache.ts'
export { clientPath, panelPath, serviceWorkerPath } from './worker-path.ts'
export {
  type InvalidationStream,
  type InvalidationStreamOptions,
  invalidationStream,
} from './stream/invalidation-stream.ts'
export type { FeedFollower, InvalidationFeed } from './feed/invalidation-feed.ts'
export type { LogPage, NumberedInvalidation } from './log/log-page.ts'
export type { EdgeWait } from './cache/invalidate-options.ts'
export type { CacheEvent, LoadOutcome } from './cache/cache-event.ts'
export type { CacheStatsSnapshot, CountersSnapshot, PolicyStats } from './cache/cache-stats.ts'
export { LOAD_TIME_BOUNDS_MS, type LoadTimesSnapshot } from './cache/load-times.ts'
export type { CacheOperation, L2Operation, LoadOperation } from './observe/cache-operation.ts'
export type { CacheMessage } from './observe/channels.ts'
export {
  type HealthHandlers,
  type HealthOptions,
  type ReadinessReport,
  healthHandlers,
} from './observe/health.ts'
export type { ObservedCache, ObservedStatus } from './observe/observed-cache.ts'
export { type OpenTelemetryOptions, openTelemetryObserver } from './observe/opentelemetry.ts'
export type { OtelApi } from './observe/otel-api.ts'
export type { PlainHandler } from './observe/plain-answer.ts'
export {
  type PrometheusMetrics,
  type PrometheusOptions,
  type PrometheusRegistry,
  prometheusMetrics,
} from './observe/prometheus.ts'
export {
  type L2Driver,
  type L2Leases,
  type L2Write,
  type LeaseReply,
  type LeaseTerms,
  SEEN_BYTES,
  type WakeListener,
} from './l2/l2-driver.ts'
export { type MemcachedDriverOptions, type MemcachedLike, memcachedDriver } from './l2/memcached-driver.ts'
export { type MemoryDriverOptions, memoryDriver } from './l2/memory-driver.ts'
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './l2/memory-store.ts'
export { type RedisDriverOptions, redisDriver } from './l2/redis-driver.ts'
