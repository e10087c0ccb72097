import { isForAll } from './is-for-all.ts'
import type { Platform } from './platform.ts'
import type { Report } from './worker-options.ts'

/**
 * Pages that an option names and no precache lists, as it is where the drop-in is served without a build. They are
 * fetched anew with each version of the worker and of its options, since nothing says when they change.
 */
export class FallbackPages {
  readonly #cacheName: string
  readonly #platform: Platform
  readonly #report: Report

  constructor(scope: string, platform: Platform, report: Report) {
    this.#cacheName = `thermocline-pages:${scope}`
    this.#platform = platform
    this.#report = report
  }

  /** Stores them, each for itself: without one of them the worker does all the rest. Never rejects. */
  async keep(urls: readonly string[]): Promise<void> {
    await Promise.all(urls.map((url) => this.#keep(url)))
  }

  /** The stored page; `undefined` where there is none, or storage fails. */
  async match(url: string): Promise<Response | undefined> {
    try {
      return await (await this.#open()).match(url)
    } catch {
      return undefined
    }
  }

  async #keep(url: string): Promise<void> {
    try {
      const response = await this.#platform.fetch(new Request(url, { cache: 'no-cache' }))
      if (!response.ok) throw new Error(`the answer was ${response.status}`)
      if (!isForAll(response))
        throw new Error(
          'it is `private` or `no-store`, and everybody would see it; serve it without a session',
        )
      // Rebuilt, since what was redirected may not answer a navigation.
      await (await this.#open()).put(url, new Response(response.body, response))
    } catch (error) {
      this.#report(`${url} can't be kept for when the network is away: ${String(error)}.`)
    }
  }

  async #open(): Promise<Cache> {
    return await this.#platform.caches().open(this.#cacheName)
  }
}
