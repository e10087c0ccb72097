import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RoutePolicy } from '../../policy/index.ts'
import type { LayerTrace } from '../trace.ts'
import { onHead } from './on-head.ts'
import { type CredentialUse, watchDerived } from './watch-credentials.ts'

/** What is known of one request and its response. */
export class Exchange {
  policy: RoutePolicy | undefined
  /** How often credentials had been read when the route's policy was set: what came before is not the route's doing. */
  readsBeforeRoute = 0
  readonly groups = new Set<string>()
  readonly trace: LayerTrace
  readonly credentials: CredentialUse
  #readsOfRoute: number | undefined

  /** Somebody else may change the head after this was decided. */
  readonly isWatchedByOthers: boolean

  constructor(trace: LayerTrace, credentials: CredentialUse, isWatchedByOthers: boolean) {
    this.trace = trace
    this.credentials = credentials
    this.isWatchedByOthers = isWatchedByOthers
  }

  /** From here on what is read of the credentials is the route's doing, until its head is written. */
  enterRoute(request: IncomingMessage, response: ServerResponse): void {
    this.readsBeforeRoute = this.credentials.reads
    if (!this.credentials.isPresent) return
    watchDerived(request, this.credentials)
    // A session looks itself up once more when the response ends or its head is written. These hooks are the last ones set, so
    // they come first.
    const take = (): void => {
      this.#readsOfRoute ??= this.credentials.reads - this.readsBeforeRoute
    }
    const { end } = response as { readonly end: (...written: unknown[]) => ServerResponse }
    response.end = (...written: unknown[]) => {
      take()
      return Reflect.apply(end, response, written)
    }
    onHead(response, take)
  }

  /** How often the route has looked at who is asking. */
  get readsOfRoute(): number {
    return this.#readsOfRoute ?? this.credentials.reads - this.readsBeforeRoute
  }
}
