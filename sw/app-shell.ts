import { type Platform, workerPlatform } from './platform.ts'
import { Precache, type PrecacheEntry } from './precache.ts'

declare const self: ServiceWorkerGlobalScope

/** Options of `AppShell`. */
export interface AppShellOptions {
  /** Files that are stored when the worker is installed. */
  readonly precache: readonly PrecacheEntry[]
  /** The precached page that stands in for any page of the application while the network is away. */
  readonly shell?: string | undefined
  /** The precached page that is shown where the shell may not be. */
  readonly offline?: string | undefined
  /** Paths that are no pages of the application. */
  readonly shellDeny?: readonly RegExp[] | undefined
  /** Clock, network and storage, for tests. */
  readonly platform?: Platform | undefined
}

/** The precached files of an application, and what a navigation falls back to without network. */
export class AppShell {
  readonly #options: AppShellOptions
  readonly #precache: Precache

  constructor(options: AppShellOptions) {
    this.#options = options
    this.#precache = new Precache(
      options.precache,
      self.registration.scope,
      options.platform ?? workerPlatform,
    )
  }

  /** Stores the files at installation, and removes those of other versions at activation. Call it once, at start. */
  listen(): void {
    self.addEventListener('install', (event) => event.waitUntil(this.#precache.install()))
    self.addEventListener('activate', (event) => event.waitUntil(this.#precache.activate()))
  }

  /** Whether a request is for a precached file. Navigations are not: a page is what its own policy says it is. */
  has({ headers, method, mode, url }: Request): boolean {
    return mode !== 'navigate' && method === 'GET' && !headers.has('range') && this.#precache.has(url)
  }

  /** Answers with the precached file, or where that has been lost as `otherwise` does. */
  async answer({ url }: Request, otherwise: () => Promise<Response>): Promise<Response> {
    return (await this.#precache.match(url)) ?? (await otherwise())
  }

  /** Hands on the answer to a navigation; where the network failed it, the shell or the offline page. */
  async orFallback({ url }: Request, answer: Promise<Response>): Promise<Response> {
    try {
      return await answer
    } catch (error) {
      const { shell, offline, shellDeny = [] } = this.#options
      const isDenied = shellDeny.some((pattern) => pattern.test(new URL(url).pathname))
      for (const page of isDenied ? [offline] : [shell, offline]) {
        const stored = page && (await this.#precache.match(new URL(page, url).href))
        if (stored) return stored
      }
      throw error
    }
  }
}
