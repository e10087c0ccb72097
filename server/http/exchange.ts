import type { RoutePolicy } from '../../policy/index.ts'
import type { LayerTrace } from '../trace.ts'
import type { CredentialUse } from './watch-credentials.ts'

/** What is known of one request and its response. */
export class Exchange {
  policy: RoutePolicy | undefined
  /** How often credentials had been read when the route's policy was set: what came before is not the route's doing. */
  readsBeforeRoute = 0
  readonly groups = new Set<string>()
  readonly trace: LayerTrace
  readonly credentials: CredentialUse

  /** Somebody else may change the head after this was decided. */
  readonly isWatchedByOthers: boolean

  constructor(trace: LayerTrace, credentials: CredentialUse, isWatchedByOthers: boolean) {
    this.trace = trace
    this.credentials = credentials
    this.isWatchedByOthers = isWatchedByOthers
  }
}
