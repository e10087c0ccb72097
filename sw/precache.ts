import { currentAge } from '../policy/index.ts'
import { createAnswer } from './answer.ts'
import { isForAll } from './is-for-all.ts'
import { OlderVersions } from './older-versions.ts'
import type { Platform } from './platform.ts'
import type { PrecacheEntry } from './precache-entry.ts'
import { isSwitchedOff } from './retire.ts'
import { workerState } from './worker-state.ts'

declare const self: ServiceWorkerGlobalScope

const REVISION_PARAMETER = 'thermocline-revision'
const MOST_AT_ONCE = 4

/**
 * The files of one version of an application, stored together or not at all, and those of older ones as long as a page
 * of theirs is open.
 *
 * workbox-precaching does the first for 1.7 kB, a tenth of the drop-in; it stores one file at a time and misses a file
 * that was sent with a `Vary` that the page's request does not meet.
 */
export class Precache {
  /** The scope keeps apart what several workers of one origin store. */
  readonly cacheName: string
  readonly #entries: readonly PrecacheEntry[]
  readonly #platform: Platform
  readonly #scope: string
  readonly #files = new Map<string, string>()
  readonly #older: OlderVersions

  constructor(entries: readonly PrecacheEntry[], scope: string, platform: Platform) {
    this.#entries = entries
    this.#platform = platform
    this.#scope = scope
    this.cacheName = `thermocline-precache:${scope}`
    this.#older = new OlderVersions(workerState(platform).database, scope)
    for (const { revision, url } of entries) {
      const key = new URL(url, scope)
      const { href } = key
      if (revision !== null) key.searchParams.append(REVISION_PARAMETER, revision)
      this.#files.set(href, key.href)
    }
    // Read ahead: what is not precached is looked for there first.
    if (platform.isRestarted()) void this.hasOlder()
  }

  /** The URLs whose content never changes. */
  get immutable(): string[] {
    return [...this.#files].flatMap(([url, key]) => (url === key ? url : []))
  }

  has(url: string): boolean {
    return this.#files.has(url)
  }

  /** Stores what is not stored yet. Rejects, so that the browser goes on with the old version, unless all of it is. */
  async install(): Promise<void> {
    if (this.#files.size === 0) return
    const cache = await this.#open()
    const waiting = [...this.#entries]
    const work = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const { revision, integrity = '' } = next
        const url = new URL(next.url, this.#scope).href
        const key = this.#files.get(url) ?? url
        if (await cache.match(key)) continue
        const cacheMode = revision === null ? 'default' : 'reload'
        const response = await this.#platform.fetch(new Request(url, { cache: cacheMode, integrity }))
        if (!response.ok || isSwitchedOff(response))
          throw new Error(`${url} can't be precached: the answer was ${response.status}.`)
        if (!isForAll(response))
          throw new Error(`${url} can't be precached: it is \`private\` or \`no-store\`.`)
        await cache.put(key, toStored(response))
      }
    }
    await Promise.all(Array.from({ length: MOST_AT_ONCE }, work))
  }

  /** Takes over from the version before. Never rejects: to be left with too much is no reason not to work. */
  async activate(): Promise<void> {
    try {
      await this.#older.succeed(this.#files, await this.#openPages())
      await this.#sweep()
    } catch {
      // The next version tries again.
    }
  }

  /** Whether files of older versions are kept. */
  async hasOlder(): Promise<boolean> {
    return this.#files.size > 0 && (await this.#older.keys()).length > 0
  }

  /** Removes the older versions that no page runs any more. Never rejects. */
  async release(): Promise<void> {
    try {
      if (!isDisturbed() && (await this.#older.release(await this.#openPages()))) await this.#sweep()
    } catch {
      // The next version tries again.
    }
  }

  /**
   * The file as the version has it that a page runs; `undefined` where there is none, or storage fails. Without the id of
   * a client the active version's.
   */
  async match(url: string, page?: string): Promise<Response | undefined> {
    const [target = url] = url.split('#', 1)
    const active = this.#files.get(target)
    // What the name says never differs, so nothing has to be read first.
    const isKnown = active === target || page === undefined || this.#files.size === 0
    const key = isKnown ? active : await this.#older.keyFor(target, page, active)
    if (key === undefined) return undefined
    try {
      const response = await (await this.#open()).match(key)
      return response && this.#withAge(response)
    } catch {
      return undefined
    }
  }

  #withAge(stored: Response): Response {
    const { headers, status } = stored
    const nowMs = this.#platform.now()
    // When it was stored is not known; its `Date` says how old it is.
    const age = currentAge({ status, headers, requestTimeMs: nowMs, responseTimeMs: nowMs }, nowMs)
    const answer = new Response(stored.body, stored)
    answer.headers.set('Age', String(age))
    answer.headers.append('Server-Timing', `age;dur=${age * 1_000}`)
    return answer
  }

  async #sweep(): Promise<void> {
    if (isDisturbed()) return
    if (this.#files.size === 0) {
      await this.#platform.caches().delete(this.cacheName)
      return
    }
    const cache = await this.#open()
    const kept = new Set([...this.#files.values(), ...(await this.#older.keys())])
    for (const request of await cache.keys()) if (!kept.has(request.url)) await cache.delete(request)
  }

  /**
   * A page that was reloaded without the worker is one of its pages all the same. A version without files has nothing to
   * look up, so it keeps nothing either.
   */
  async #openPages(): Promise<string[]> {
    if (this.#files.size === 0) return []
    const pages = await self.clients.matchAll({ includeUncontrolled: true, type: 'all' })
    return pages.filter(({ url }) => url.startsWith(this.#scope)).map(({ id }) => id)
  }

  async #open(): Promise<Cache> {
    return await this.#platform.caches().open(this.cacheName)
  }
}

/** Whether another version has stored files that only it knows of, or has taken over. */
function isDisturbed(): boolean {
  const { installing, waiting } = self.registration
  return (
    Boolean(installing ?? waiting) || (self.serviceWorker as ServiceWorker | undefined)?.state === 'redundant'
  )
}

/**
 * What is stored says itself who answers, since static routes do so without the worker; only its age is written when
 * the worker answers. A `Vary` would keep them from finding it.
 */
function toStored(response: Response): Response {
  const stored = createAnswer(response, { age: 0, isStored: false, did: { hit: true, detail: 'precache' } })
  stored.headers.delete('vary')
  stored.headers.set('Server-Timing', stored.headers.get('server-timing')?.replace(/, age;dur=0$/, '') ?? '')
  return stored
}
