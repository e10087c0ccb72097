import { ThermoclineError, describeValue } from '../policy/index.ts'
import { FallbackPages } from './fallback-pages.ts'
import { type Platform, workerPlatform } from './platform.ts'
import { Precache } from './precache.ts'
import { PRECACHE_REMEDY, type PrecacheEntry, isPrecacheEntry } from './precache-entry.ts'
import { type RoutingEvent, addStaticRoutes } from './static-routes.ts'

declare const self: ServiceWorkerGlobalScope

/** Options of `AppShell`. */
export interface AppShellOptions {
  /** Files that are stored when the worker is installed. */
  readonly precache: readonly PrecacheEntry[]
  /** The page that stands in for any page of the application while the network is away. */
  readonly shell?: string | undefined
  /** The page that is shown where the shell may not be. */
  readonly offline?: string | undefined
  /** Paths that are no pages of the application. */
  readonly shellDeny?: readonly RegExp[] | undefined
  /** Clock, network and storage, for tests. */
  readonly platform?: Platform | undefined
  /** Hears of a page that can't be kept; the console by default. */
  readonly report?: ((message: string) => void) | undefined
}

/** When to look whether the pages of an older version are gone: the first time while the next one is loading. */
const LOOK_AFTER_MS = [1_000, 5_000, 20_000]

/** The precached files of an application, and what a navigation falls back to without network. */
export class AppShell {
  readonly #options: AppShellOptions
  readonly #platform: Platform
  readonly #precache: Precache
  readonly #pages: FallbackPages
  #round = 0

  /**
   * Which pages stand in is read from the options each time, so they may change; `precache` is not. Throws `option-invalid`
   * where `precache` is no list of files.
   */
  constructor(options: AppShellOptions) {
    const { scope } = self.registration
    const { platform = workerPlatform, precache, report = console.error } = options
    if (!Array.isArray(precache) || !precache.every(isPrecacheEntry)) {
      const wrong: unknown = Array.isArray(precache)
        ? precache.find((entry) => !isPrecacheEntry(entry))
        : precache
      throw new ThermoclineError(
        'option-invalid',
        `\`precache\` is, or holds, ${describeValue(wrong)}. Write ${PRECACHE_REMEDY}.`,
      )
    }
    this.#options = options
    this.#platform = platform
    this.#precache = new Precache(precache, scope, platform)
    this.#pages = new FallbackPages(scope, platform, report)
  }

  /** Does at installation and activation what has to be done. Call it once, at start. */
  listen(): void {
    self.addEventListener('install', (event) => event.waitUntil(this.install(event)))
    self.addEventListener('activate', (event) => event.waitUntil(this.activate()))
  }

  /** Stores the files. Rejects, so that an older version goes on, unless all are stored. */
  async install(event: ExtendableEvent): Promise<void> {
    const { cacheName, immutable } = this.#precache
    await Promise.all([
      this.#precache.install(),
      addStaticRoutes(event as RoutingEvent, immutable, cacheName),
      this.keepPages(),
    ])
  }

  /** Takes over from the version before, whose files stay until no page of it is open. Never rejects. */
  async activate(): Promise<void> {
    await this.#precache.activate()
  }

  /** Stores the pages that stand in and are not precached, as they are now. Never rejects. */
  async keepPages(): Promise<void> {
    const { shell, offline } = this.#options
    const urls = [shell, offline].flatMap((page) => (page ? absolute(page) : []))
    await this.#pages.keep(urls.filter((url) => !this.#precache.has(url)))
  }

  /**
   * Answers a GET with the precached file, in the version that the page runs, or as `otherwise` does. Navigations are asked
   * `otherwise` first, since a page is what its own policy says it is; where the network failed it, with the shell or the
   * offline page.
   */
  async answer(event: FetchEvent, otherwise: () => Promise<Response>): Promise<Response> {
    const { clientId, request } = event
    const { headers, method, mode, url } = request
    if (mode === 'navigate') {
      void this.#releaseUnused()
      return await this.#orFallback(url, otherwise())
    }
    const isWhole = method === 'GET' && !headers.has('range')
    return (isWhole && (await this.#precache.match(url, clientId))) || (await otherwise())
  }

  async #orFallback(url: string, answer: Promise<Response>): Promise<Response> {
    try {
      return await answer
    } catch (error) {
      const { shell, offline, shellDeny = [] } = this.#options
      const isDenied = shellDeny.some((pattern) => pattern.test(new URL(url).pathname))
      for (const page of isDenied ? [offline] : [shell, offline]) {
        if (!page) continue
        const target = absolute(page)
        const stored = (await this.#precache.match(target)) ?? (await this.#pages.match(target))
        if (stored) return stored
      }
      throw error
    }
  }

  /**
   * Pages leave without a word, and the one that a navigation replaces is still there while it begins. No event waits for
   * this: while one does, no new version can take over. Never rejects.
   */
  async #releaseUnused(): Promise<void> {
    this.#round += 1
    const round = this.#round
    for (const delayMs of LOOK_AFTER_MS) {
      if (!(await this.#precache.hasOlder())) return
      await this.#platform.delay(delayMs)
      // A later navigation looks later.
      if (round !== this.#round) return
      await this.#precache.release()
    }
  }
}

function absolute(url: string): string {
  return new URL(url, self.registration.scope).href
}
