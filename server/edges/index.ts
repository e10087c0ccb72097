export type { DeadLetter, EdgeEvent } from './edge-event.ts'
export type { EdgeEntry, EdgesOptions } from './edge-options.ts'
export {
  type EdgeAbilities,
  EdgeFailure,
  type EdgePurger,
  type EdgeRate,
  type PurgeRequest,
} from './edge-purger.ts'
export { type EdgeStatus, type Edges, createEdges } from './edges.ts'
export { type GroupBudget, groupField, groupsToPurge } from './group-budget.ts'
export { type NginxOptions, nginx } from './nginx.ts'
export type { PurgeKind } from './purge-plan.ts'
export { type VarnishOptions, varnish } from './varnish.ts'
export {
  type AkamaiAbilities,
  type AkamaiLimits,
  type AkamaiOptions,
  type AkamaiPurger,
  akamai,
} from './vendors/akamai.ts'
export type { AwsCredentials } from './vendors/aws-signer.ts'
export {
  type CloudflareAbilities,
  type CloudflareLimits,
  type CloudflareOptions,
  type CloudflarePlan,
  type CloudflarePurger,
  cloudflare,
} from './vendors/cloudflare.ts'
export {
  type CloudFrontAbilities,
  type CloudFrontLimits,
  type CloudFrontOptions,
  type CloudFrontPurger,
  cloudfront,
} from './vendors/cloudfront.ts'
export type { EdgeGridCredentials } from './vendors/edge-grid.ts'
export {
  type FastlyAbilities,
  type FastlyLimits,
  type FastlyOptions,
  type FastlyPurger,
  fastly,
} from './vendors/fastly.ts'
