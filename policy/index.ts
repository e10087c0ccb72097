export {
  type CacheControl,
  formatCacheControl,
  parseCacheControl,
  parseDeltaSeconds,
} from './cache-control.ts'
export {
  type CacheStatusMember,
  type ForwardReason,
  appendCacheStatus,
  formatCacheStatusMember,
  parseCacheStatus,
} from './cache-status.ts'
export { conditionalHeaders } from './conditional.ts'
export { definePolicies, findPolicy } from './define-policies.ts'
export { type Duration, parseDuration, parseSeconds } from './duration.ts'
export { type ErrorCode, ThermoclineError, describeValue, isThermoclineError } from './errors.ts'
export {
  type CacheType,
  type FreshnessLifetime,
  type StoredResponse,
  currentAge,
  freshnessLifetime,
} from './freshness.ts'
export { assertGroupName, formatCacheGroups, parseCacheGroups } from './groups.ts'
export { type HeaderReader, fromNodeHeaders } from './header-reader.ts'
export { parseHttpDate } from './http-date.ts'
export { refuseUnknownOptions } from './known-options.ts'
export { ANONYMOUS_PARTITION, PARTITION_HEADER, isPartitionId } from './partition.ts'
export { ALWAYS_VALIDATED, NOT_STORED, type PolicyHeaders, policyHeaders } from './policy-headers.ts'
export {
  type ImmutableOptions,
  type PrivateDataOptions,
  type PublicDataOptions,
  type RevalidateOptions,
  immutable,
  noStore,
  privateData,
  publicData,
  revalidate,
} from './presets.ts'
export { type ReuseDecision, type ReuseFacts, type ReuseQuestion, decideReuse } from './reuse.ts'
export type { Policies, PolicyKind, RoutePolicy } from './route-policy.ts'
export { RULES, type RuleId } from './rules.ts'
export { type Profile, type StoreDecision, type StoreQuestion, decideStore } from './storability.ts'
export { storableHeaders, updateStoredHeaders } from './stored-headers.ts'
export { mergeVary, parseVary, variantKey } from './vary.ts'
