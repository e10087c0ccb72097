import { consultWorker } from './ask-worker.ts'
import type { BrowserHost } from './browser-host.ts'

/**
 * Whose page this is, as far as the worker knows: by what partition it answered when the page began. A page that the browser keeps
 * for the way back hears of nothing meanwhile, so it asks when it is shown again.
 */
export class PageOwner {
  readonly #host: BrowserHost
  readonly #registration: ServiceWorkerRegistration
  readonly #onChange: (isRestored: boolean) => void
  #owner: unknown

  /** `onChange`: somebody else is signed in; `isRestored` where the page was shown again as it had been kept. */
  constructor(
    host: BrowserHost,
    registration: ServiceWorkerRegistration,
    onChange: (isRestored: boolean) => void,
  ) {
    this.#host = host
    this.#registration = registration
    this.#onChange = onChange
    void this.check(false)
  }

  /** The worker has said that somebody else may be signed in, or the page is shown again. Never rejects. */
  async check(isRestored: boolean): Promise<void> {
    const { active } = this.#registration
    const answer = active && (await consultWorker(active, { type: 'thermocline:whose' }, this.#host))
    // A worker that says nothing, or is of another make, knows nobody.
    if (!answer || !('partition' in answer)) return
    const { partition } = answer
    const before = this.#owner
    const isKnown = partition !== undefined
    if (isKnown) this.#owner = partition
    // Between a login and the first answer nobody is known, and a page may be left before it knew whose it is. One that is open
    // waits for that; one that comes back shows what it has.
    if (before !== partition && (isRestored || (isKnown && before !== undefined))) this.#onChange(isRestored)
  }
}
