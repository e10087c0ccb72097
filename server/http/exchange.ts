import type { RoutePolicy } from '../../policy/index.ts'
import type { LayerTrace } from '../trace.ts'
import type { CredentialUse } from './watch-credentials.ts'

/** What is known of one request and its response. */
export class Exchange {
  policy: RoutePolicy | undefined
  readonly groups = new Set<string>()
  readonly trace: LayerTrace
  readonly credentials: CredentialUse

  constructor(trace: LayerTrace, credentials: CredentialUse) {
    this.trace = trace
    this.credentials = credentials
  }
}
