import type { Pool } from 'pg'
import type { HttpPolicies, TieredCache } from 'thermocline/server'
import type { Front } from './front/open-front.ts'
import type { PolicyName } from './policies.ts'
import type { LoginThrottle } from './web/login-throttle.ts'
import type { Sessions } from './web/sessions.ts'

/** What the routers are made of. */
export interface Context {
  readonly pool: Pool
  readonly cache: TieredCache
  readonly front: Front
  readonly http: HttpPolicies<PolicyName>
  readonly sessions: Sessions
  readonly throttle: LoginThrottle
}
