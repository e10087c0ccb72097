/** What an edge can be asked to let go of; what it can't is refused when `createEdges` is called. */
export interface EdgeAbilities {
  readonly groups: boolean
  readonly urls: boolean
  readonly everything: boolean
  /** Whether it can keep what is invalidated as stale; else `mode: 'expire'` removes it there. */
  readonly expire: boolean
}

/** One request to an edge. */
export interface PurgeRequest {
  readonly kind: 'groups' | 'urls' | 'everything'
  /** Groups under their own names, which the purger translates, or absolute URLs; never more than it takes. Empty for everything. */
  readonly names: readonly string[]
  readonly mode: 'delete' | 'expire'
}

/** How fast an edge may be asked: a token bucket. */
export interface EdgeRate {
  /** Requests a second. */
  readonly perSecond: number
  /** Requests that may be made at once after a rest. */
  readonly burst: number
}

/** One CDN or proxy. Knows its API and its limits; when to ask, and what to do when that fails, is not its affair. */
export interface EdgePurger {
  /** Names it to people, and in `wait: 'edges'`. */
  readonly name: string
  readonly abilities: EdgeAbilities
  /** How many names one request takes. */
  readonly mostNames: { readonly groups: number; readonly urls: number }
  /** Left out: as fast as it answers. */
  readonly rate?: EdgeRate | undefined
  /** The response fields by which the edge learns of groups, within its limits; left out where it knows none. */
  fields?(groups: readonly string[]): Readonly<Record<string, string>>
  /** Resolves once the edge has taken the request. Rejects with an `EdgeFailure`, or anything else for what may be tried again. */
  purge(request: PurgeRequest, signal: AbortSignal): Promise<void>
}

/** What servers answer to a request of which a part is wrong or too long, whatever the rest of it (RFC 9110 §15.5.1, .14, .15, RFC 6585 §5). */
const OF_NAMES: ReadonlySet<number> = new Set([400, 413, 414, 431])

export function mayBlameNames(status: number): boolean {
  return OF_NAMES.has(status)
}

/** Why an edge did not do what it was asked. Its message names the edge, the status and what to do, and never a secret. */
export class EdgeFailure extends Error {
  override readonly name = 'EdgeFailure'
  readonly status: number | undefined
  /** When it may be asked again, in ms from now, where it said so. */
  readonly retryAfterMs: number | undefined
  /** Whether asking again would come to the same: a wrong token, a request it does not take. */
  readonly isFinal: boolean
  /**
   * Whether it may be because of some of the names, or because they are so many: then the others, or fewer, may be taken, and are asked for in
   * halves.
   */
  readonly isOfNames: boolean

  constructor(
    message: string,
    about: {
      readonly status?: number
      readonly retryAfterMs?: number
      readonly isFinal?: boolean
      readonly isOfNames?: boolean
    } = {},
  ) {
    super(message)
    this.status = about.status
    this.retryAfterMs = about.retryAfterMs
    this.isFinal = about.isFinal ?? false
    this.isOfNames = about.isOfNames ?? false
  }
}
