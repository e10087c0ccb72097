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
export { type ResponseDirectives, readDirectives } from './directives.ts'
export { type Duration, parseDuration, parseSeconds } from './duration.ts'
export { type ErrorCode, ThermoclineError, describeValue, isThermoclineError } from './errors.ts'
export { type Explanation, type Verdict, explain } from './explain.ts'
export type { Exchange } from './exchange.ts'
export type { ExplanationStep } from './explanation-step.ts'
export type { Timeline } from './timeline.ts'
export { printableText } from './printable-text.ts'
export { renderExplanation } from './render-explanation.ts'
export {
  type Assessment,
  type CacheType,
  type FreshnessLifetime,
  type StoredResponse,
  assess,
  currentAge,
  freshnessLifetime,
} from './freshness.ts'
export { assertGroupName, formatCacheGroups, parseCacheGroups } from './groups.ts'
export { type HeaderReader, fromNodeHeaders, fromPairs } from './header-reader.ts'
export { type StoredGet, decideHeadUpdate } from './head-update.ts'
export { parseHttpDate } from './http-date.ts'
export { refuseUnknownOptions } from './known-options.ts'
export { ANONYMOUS_PARTITION, PARTITION_HEADER, isPartitionId } from './partition.ts'
export { ownedGroup, ownerTagOf } from './own-group.ts'
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
export { PROFILES, type Profile, type ProfileRules, profileRules } from './profile.ts'
export { type EqualQualityOrder, normaliseField } from './negotiated-fields.ts'
export { type SearchRule, parseNoVarySearch, searchKey } from './no-vary-search.ts'
export { hasReached } from './log-cursor.ts'
export { NOT_MODIFIED_FIELDS, evaluatePreconditions, notModifiedHeaders } from './preconditions.ts'
export { type RangeDecision, decideRange } from './range.ts'
export { type ReuseDecision, type ReuseFacts, type ReuseQuestion, decideReuse } from './reuse.ts'
export type { Policies, PolicyKind, RoutePolicy } from './route-policy.ts'
export { RULES, type RuleId } from './rules.ts'
export { type StoreDecision, type StoreQuestion, decideStore } from './storability.ts'
export { HOP_BY_HOP, storableHeaders, updateStoredHeaders } from './stored-headers.ts'
export { type ToldNames, readToldNames } from './told-names.ts'
export { DEFAULT_TARGETS, parseTargeted, readTargetedDirectives } from './targeted.ts'
export { type UnreadMember, unreadDirectives } from './unread-directives.ts'
export { type Invalidation, decideInvalidation } from './unsafe.ts'
export { mergeVary, parseVary, variantKey } from './vary.ts'
