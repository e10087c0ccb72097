import type { IncomingMessage, ServerResponse } from 'node:http'
import { LayerTrace } from '../trace.ts'
import { GroupTrace } from './group-trace.ts'
import { onHead } from './on-head.ts'
import type { PreparedPolicy } from './prepared-headers.ts'
import { type CredentialUse, watchDerived } from './watch-credentials.ts'

const NO_GROUPS: ReadonlySet<string> = new Set()

/** What is known of one request and its response. */
export class Exchange {
  route: PreparedPolicy | undefined
  /** How often credentials had been read when the route's policy was set: what came before is not the route's doing. */
  readsBeforeRoute = 0
  readonly credentials: CredentialUse
  /** Somebody else may change the head after this was decided. */
  readonly isWatchedByOthers: boolean
  /** The policies that this is an exchange of. */
  readonly owner: object
  /** The same response as other policies know it, who were there first. */
  readonly outer: Exchange | undefined
  /** What the route calls groups of its response that are the user's own. */
  ownNames: readonly string[] | undefined
  /** Whether somebody has said which groups the response is in, be it none. */
  hasNamedGroups = false
  // Made when they are needed: most responses are in no group and ask no tier.
  #groups: Set<string> | undefined
  #trace: LayerTrace | undefined
  #readsOfRoute: number | undefined

  constructor(
    owner: object,
    outer: Exchange | undefined,
    credentials: CredentialUse,
    isWatchedByOthers: boolean,
  ) {
    this.owner = owner
    this.outer = outer
    this.credentials = credentials
    this.isWatchedByOthers = isWatchedByOthers
  }

  get groups(): ReadonlySet<string> {
    return this.#groups ?? NO_GROUPS
  }

  addGroup(group: string): void {
    this.#groups ??= new Set()
    this.#groups.add(group)
  }

  /** From now on it is known of cached values which groups they are in. */
  watchGroups(): void {
    this.#trace = new GroupTrace()
  }

  /** The groups of the cached values that the request was answered with; empty where nobody watches. */
  get groupsRead(): ReadonlySet<string> {
    return this.#trace instanceof GroupTrace ? this.#trace.groups : NO_GROUPS
  }

  get trace(): LayerTrace {
    this.#trace ??= new LayerTrace()
    return this.#trace
  }

  /** The members of `Cache-Status` that the tiers come to; empty where none was asked. */
  get cacheStatus(): string {
    return this.#trace?.cacheStatus ?? ''
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
