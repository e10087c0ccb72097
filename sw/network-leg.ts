import type { Handling } from './handling.ts'
import { isExact } from './is-exact.ts'
import type { Platform } from './platform.ts'
import { GONE_MESSAGE, isSwitchedOff, retire } from './retire.ts'

declare const self: ServiceWorkerGlobalScope

/** The network as a worker's events ask it. */
export class NetworkLeg {
  readonly #platform: Platform
  #isOff = false

  constructor(platform: Platform) {
    this.#platform = platform
  }

  /** Whether the server has switched the worker off. */
  get isOff(): boolean {
    return this.#isOff
  }

  /** Asks for an event's answer; first with what the browser has asked for ahead of it, if it has. */
  fetcher(event: FetchEvent): Handling['fetch'] {
    let ahead: Promise<Response | undefined> | undefined = event.preloadResponse
    return async (sent) => {
      const preloading = ahead
      // A body can be read once.
      ahead = undefined
      const preloaded = await preloading
      // A redirect hides the fields that would say so.
      const isUsed =
        preloaded !== undefined &&
        preloaded.type !== 'opaqueredirect' &&
        isExact(preloaded, this.#platform.now())
      if (!isUsed) void preloaded?.body?.cancel()
      const response = isUsed ? preloaded : await this.#platform.fetch(sent)
      if (isSwitchedOff(response)) this.switchOff(event)
      return response
    }
  }

  /** Ends the worker: from here on every request is left to the browser. */
  switchOff(event: ExtendableEvent): void {
    if (this.#isOff) return
    this.#isOff = true
    // Whatever is under way must not store anything again.
    Object.assign(this.#platform, { caches: refuse, openDatabase: refuse })
    event.waitUntil(Promise.all([retire(), this.#platform.notifyPages(GONE_MESSAGE)]))
  }
}

/** The browser remembers it, so it has to be told where the option has gone away. Never rejects. */
export async function switchPreload(isOn = false): Promise<void> {
  try {
    const { navigationPreload } = self.registration
    await (isOn ? navigationPreload.enable() : navigationPreload.disable())
  } catch {
    // Without it pages are asked for once the worker runs.
  }
}

function refuse(): never {
  throw new Error('The server has switched the worker off.')
}
