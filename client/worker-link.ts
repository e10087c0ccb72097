import { ThermoclineError, describeValue, isPartitionId } from '../policy/index.ts'
import { askWorker } from './ask-worker.ts'
import type { BrowserHost } from './browser-host.ts'
import { HoldingEventTarget } from './holding-event-target.ts'
import { PageOwner } from './page-owner.ts'
import type { ResolvedRegisterOptions } from './register-options.ts'
import { mayReload } from './reload-guard.ts'
import type { ThermoclineWorker, UnsupportedReason } from './thermocline-worker.ts'
import { scheduleChecks } from './update-check.ts'
import { UpdateFlow } from './update-flow.ts'
import { FailedEvent, SwitchedEvent, type ThermoclineWorkerEventMap, UpdatedEvent } from './worker-events.ts'

/** A page may load many resources before it listens, and each may have been found changed. */
const MOST_HELD_UPDATES = 50

/** A `ThermoclineWorker` over the browser's own container and registration. */
export class WorkerLink extends HoldingEventTarget<ThermoclineWorkerEventMap> implements ThermoclineWorker {
  readonly #host: BrowserHost
  readonly #closed = new AbortController()
  #flow: UpdateFlow | undefined
  #owner: PageOwner | undefined
  #registration: ServiceWorkerRegistration | undefined
  #reason: UnsupportedReason | undefined
  #error: unknown

  constructor(host: BrowserHost) {
    super()
    this.#host = host
  }

  get supported(): boolean {
    return this.#registration !== undefined
  }

  get reason(): UnsupportedReason | undefined {
    return this.#reason
  }

  get error(): unknown {
    return this.#error
  }

  get controlled(): boolean {
    return Boolean(this.#host.container?.controller)
  }

  get updateWaiting(): boolean {
    return Boolean(this.#registration?.waiting && this.#registration.active)
  }

  /** Registers, and from then on follows the registration. Never rejects. */
  async connect({ url, scope, updateCheckMs }: ResolvedRegisterOptions): Promise<void> {
    const { container } = this.#host
    if (!this.#host.secure) return this.#giveUp('insecure-origin')
    if (!container) return this.#giveUp('missing')
    // Before the wait: a worker may take control or send a message while the page loads.
    const flow = new UpdateFlow(container, this.#host, this)
    container.addEventListener('message', this.#onMessage, { signal: this.#closed.signal })
    // The first installation fetches what the page is fetching for its first paint: let that be done first.
    await this.#host.loaded()
    const registration = await this.#register(container, url, scope)
    if (!registration) {
      flow.close()
      this.#closed.abort()
      return
    }
    this.#registration = registration
    if (this.#closed.signal.aborted) {
      flow.close()
      return
    }
    this.#flow = flow
    flow.follow(registration)
    const owner = new PageOwner(this.#host, registration, (isRestored) => this.#switched(isRestored))
    this.#owner = owner
    const stopRestored = this.#host.onRestored(() => void owner.check(true))
    const stopLooking = this.#host.onVisibilityChange(() => flow.announce())
    const stopChecks =
      updateCheckMs > 0
        ? scheduleChecks(this.#host, updateCheckMs, () => void this.checkForUpdate())
        : () => {}
    this.#closed.signal.addEventListener('abort', () => {
      flow.close()
      stopRestored()
      stopLooking()
      stopChecks()
    })
  }

  async checkForUpdate(): Promise<void> {
    try {
      await this.#registration?.update()
    } catch (error) {
      this.deliver(new FailedEvent('check', error))
    }
    this.#flow?.announce()
  }

  async applyUpdate(): Promise<void> {
    await this.#flow?.apply()
  }

  async setPartition(partition: string): Promise<boolean> {
    if (!isPartitionId(partition)) {
      throw new ThermoclineError(
        'option-invalid',
        `The partition is ${describeValue(partition)}. Pass an opaque id of 1 to 64 letters, digits, "_" or "-".`,
      )
    }
    return this.#ask({ type: 'thermocline:partition', partition })
  }

  clear(): Promise<boolean> {
    return this.#ask({ type: 'thermocline:clear' })
  }

  close(): void {
    this.#closed.abort()
  }

  async #register(
    container: ServiceWorkerContainer,
    url: string,
    scope: string,
  ): Promise<ServiceWorkerRegistration | undefined> {
    try {
      // The script itself must never come from the HTTP cache, or a long max-age would hold a version back.
      return await container.register(url, { scope, updateViaCache: 'none' })
    } catch (error) {
      // An earlier version may control this page although the script cannot be had now: it must still be spoken to.
      const earlier = await container.getRegistration(scope).catch(() => undefined)
      if (earlier?.active && earlier.scope === scope) {
        this.deliver(new FailedEvent('register', error))
        return earlier
      }
      this.#giveUp(isRefusal(error) ? 'refused' : 'script-failed', error)
      return undefined
    }
  }

  #giveUp(reason: UnsupportedReason, error?: unknown): void {
    this.#reason = reason
    this.#error = error
  }

  async #ask(message: object): Promise<boolean> {
    const registration = this.#registration
    // Without a worker nothing is kept, so there is nothing to be done.
    if (!registration) return true
    const worker = registration.active ?? (await activated(registration))
    return worker === undefined || askWorker(worker, message, this.#host)
  }

  #switched(isRestored: boolean): void {
    if (this.#closed.signal.aborted) return
    const event = new SwitchedEvent(isRestored)
    this.deliver(event)
    if (!isRestored || event.defaultPrevented) return
    if (mayReload(this.#host)) this.#host.reload()
    else this.deliver(new FailedEvent('reload-loop'))
  }

  readonly #onMessage = ({ data, ports }: MessageEvent<unknown>) => {
    const { type, url } = (data ?? {}) as Partial<Record<string, unknown>>
    // It leaves for good: what takes its place is no new version to reload for.
    if (type === 'thermocline:off') {
      this.close()
      ports[0]?.postMessage(null)
    }
    if (type === 'thermocline:switched') void this.#owner?.check(false)
    if (type !== 'thermocline:updated' || typeof url !== 'string') return
    this.deliver(new UpdatedEvent(url), MOST_HELD_UPDATES)
  }
}

/** The first version of a new registration, once it is in charge; `undefined` if it does not get there. */
function activated(registration: ServiceWorkerRegistration): Promise<ServiceWorker | undefined> {
  const worker = registration.waiting ?? registration.installing
  if (!worker) return Promise.resolve(undefined)
  return new Promise((resolve) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve(worker)
      if (worker.state === 'redundant') resolve(undefined)
    })
  })
}

/** Browsers refuse with these; a script that is missing, broken or unreachable is a `TypeError`. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof DOMException &&
    ['SecurityError', 'NotSupportedError', 'InvalidStateError'].includes(error.name)
  )
}
