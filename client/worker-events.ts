/** A new version of the worker is installed and waits for the pages of the old one to go. */
export class WaitingEvent extends Event {
  readonly #apply: () => Promise<void>

  constructor(apply: () => Promise<void>) {
    super('waiting')
    this.#apply = apply
  }

  /**
   * Puts the new version in charge and reloads every tab once. Settles when this tab is being reloaded, or when that has
   * failed: a `failed` event then says why. Never rejects, so it can be an event handler as it is.
   */
  apply(): Promise<void> {
    return this.#apply()
  }
}

/** A background revalidation found that the body of a resource has changed. */
export class UpdatedEvent extends Event {
  /** The resource's absolute url. */
  readonly url: string

  constructor(url: string) {
    super('updated')
    this.url = url
  }
}

/**
 * What did not work: `check` (asking for a new version), `install` (a version did not install), `activate` (an applied
 * version did not take over), `register` (the script was refused, an earlier version of it goes on), `reload-loop`
 * (new versions kept reloading this tab, so it was left alone).
 */
export type FailureReason = 'check' | 'install' | 'activate' | 'register' | 'reload-loop'

/** Something about updates did not work; the page goes on with the version that it has. */
export class FailedEvent extends Event {
  readonly reason: FailureReason
  /** What the browser said, where it said something. */
  readonly error: unknown

  constructor(reason: FailureReason, error?: unknown) {
    super('failed')
    this.reason = reason
    this.error = error
  }
}

/**
 * Somebody else is signed in than when this page began. A page that was kept for the way back (`restored`) shows the other
 * user's data and is reloaded, unless `preventDefault()` was called; an open page is only told.
 */
export class SwitchedEvent extends Event {
  readonly restored: boolean

  constructor(restored: boolean) {
    super('switched', { cancelable: restored })
    this.restored = restored
  }
}

/** The events of a `ThermoclineWorker`, by name. */
export interface ThermoclineWorkerEventMap {
  /** A new version waits. */
  waiting: WaitingEvent
  /** A worker controls this page for the first time; nothing is reloaded for it. */
  controlled: Event
  /** A resource that this page may have used was found changed. */
  updated: UpdatedEvent
  /** A check, a registration, an installation or an activation failed, or a reload was refused since the page had just been reloaded. */
  failed: FailedEvent
  /** This tab is about to reload since another one applied a new version; `preventDefault()` keeps it as it is. */
  reloading: Event
  /** Somebody else is signed in; a page that came back as it was kept is reloaded, unless `preventDefault()` is called. */
  switched: SwitchedEvent
}
