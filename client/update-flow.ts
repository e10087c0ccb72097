import type { BrowserHost } from './browser-host.ts'
import type { HoldingEventTarget } from './holding-event-target.ts'
import { mayReload } from './reload-guard.ts'
import { FailedEvent, type ThermoclineWorkerEventMap, WaitingEvent } from './worker-events.ts'

/** A worker that knows the message activates at once, whatever the old one is doing. */
const ACTIVATION_LIMIT_MS = 10_000

/**
 * Follows one registration from version to version: announces the one that waits, applies it when asked, and reloads
 * this page once when another version than the one it was loaded under takes control.
 */
export class UpdateFlow {
  readonly #container: ServiceWorkerContainer
  readonly #host: BrowserHost
  readonly #events: HoldingEventTarget<ThermoclineWorkerEventMap>
  readonly #closed = new AbortController()
  /** The version this page belongs to; `null` on a first visit, until one takes control. */
  #version: ServiceWorker | null
  #registration: ServiceWorkerRegistration | undefined
  #announced: ServiceWorker | undefined
  #applying: Promise<void> | undefined
  /** Another version took control and this page was kept as it was. */
  #overtaken = false
  #reloading = false

  constructor(
    container: ServiceWorkerContainer,
    host: BrowserHost,
    events: HoldingEventTarget<ThermoclineWorkerEventMap>,
  ) {
    this.#container = container
    this.#host = host
    this.#events = events
    this.#version = container.controller
    container.addEventListener('controllerchange', this.#onControllerChange, { signal: this.#closed.signal })
  }

  follow(registration: ServiceWorkerRegistration): void {
    this.#registration = registration
    // A hard reload leaves the page uncontrolled, yet it was made by the version that is active.
    this.#version ??= registration.active
    const { signal } = this.#closed
    registration.addEventListener('updatefound', () => this.#watch(registration.installing), { signal })
    this.#watch(registration.installing)
    this.announce()
  }

  /** Announces the waiting version, once. Called wherever time has passed, since `updatefound` may have been missed. */
  announce(): void {
    const waiting = this.#registration?.waiting
    // Without an active worker this is the first installation, which goes on by itself.
    if (!waiting || !this.#registration?.active || waiting === this.#announced) return
    if (this.#closed.signal.aborted) return
    this.#announced = waiting
    this.#events.deliver(new WaitingEvent(() => this.apply()))
  }

  /** Puts the waiting version in charge and reloads. One attempt at a time; never rejects. */
  apply(): Promise<void> {
    this.#applying ??= this.#activate()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#applying = undefined
      })
    return this.#applying
  }

  close(): void {
    this.#closed.abort()
  }

  #fail(error: unknown): void {
    this.#events.deliver(new FailedEvent('activate', error))
  }

  async #activate(): Promise<void> {
    const waiting = this.#registration?.waiting
    if (waiting) {
      await this.#skipWaiting(waiting)
    } else if (!this.#overtaken && this.#announced?.state !== 'activated') {
      throw new Error('No version waits to be applied.')
    }
    // Else another tab has applied it already.
    this.#reload()
  }

  #skipWaiting(waiting: ServiceWorker): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = new AbortController()
      const settle = (act: () => void) => {
        cancelLimit()
        done.abort()
        act()
      }
      const cancelLimit = this.#host.after(ACTIVATION_LIMIT_MS, () =>
        settle(() =>
          reject(new Error(`The new version did not take over within ${ACTIVATION_LIMIT_MS / 1000} s.`)),
        ),
      )
      waiting.addEventListener(
        'statechange',
        () => {
          if (waiting.state === 'activating' || waiting.state === 'activated') settle(resolve)
          if (waiting.state !== 'redundant') return
          // A still newer version has taken its place: that is what was asked for now.
          const newer = this.#registration?.waiting
          settle(() =>
            newer
              ? resolve(this.#skipWaiting(newer))
              : reject(new Error('The new version was withdrawn before it took over.')),
          )
        },
        { signal: done.signal },
      )
      waiting.postMessage({ type: 'thermocline:skip-waiting' }, [])
    })
  }

  #watch(worker: ServiceWorker | null): void {
    if (!worker) return
    let installed = false
    const { signal } = this.#closed
    worker.addEventListener(
      'statechange',
      () => {
        if (worker.state === 'installed') {
          installed = true
          this.announce()
        } else if (worker.state === 'redundant' && !installed) {
          this.#events.deliver(
            new FailedEvent('install', new Error('The new version could not install itself.')),
          )
        }
      },
      { signal },
    )
  }

  readonly #onControllerChange = () => {
    const { controller } = this.#container
    if (!controller) return
    const before = this.#version
    this.#version = controller
    if (before !== null && before !== controller) {
      this.#reloadUnlessKept()
    } else {
      this.#events.deliver(new Event('controlled'))
    }
  }

  #reloadUnlessKept(): void {
    // The attempt of this tab reloads by itself, and nobody is asked twice.
    if (this.#applying) return
    this.#overtaken = !this.#events.dispatchEvent(new Event('reloading', { cancelable: true }))
    if (!this.#overtaken) this.#reload()
  }

  #reload(): void {
    if (this.#reloading || this.#closed.signal.aborted) return
    if (!mayReload(this.#host)) {
      this.#events.deliver(new FailedEvent('reload-loop'))
      return
    }
    this.#reloading = true
    this.#host.reload()
  }
}
