/** Something that the page may show was invalidated; what is asked for from now on is current. */
export class InvalidatedEvent extends Event {
  /** What was invalidated (RFC 9875). */
  readonly groups: readonly string[]
  /** Absolute URLs. */
  readonly urls: readonly string[]
  /** Whether something was missed that can't be told any more: it may have been anything. */
  readonly everything: boolean

  constructor(about: {
    readonly groups: readonly string[]
    readonly urls: readonly string[]
    readonly everything: boolean
  }) {
    super('invalidated')
    this.groups = about.groups
    this.urls = about.urls
    this.everything = about.everything
  }
}

/** The events of an `InvalidationFollower`, by name. */
export interface InvalidationEventMap {
  /** Something was invalidated. */
  invalidated: InvalidatedEvent
}
