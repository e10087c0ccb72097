import { hasReached } from '../policy/index.ts'
import type { Database } from './database.ts'
import type { Platform } from './platform.ts'
import type { StoredEntry } from './stored-entry.ts'
import { type Told, readTold } from './told.ts'

const KEY = 'invalidations'
/** How long the word of a page that listens counts: two of its server's beats may be missed. */
const TRUST_MS = 40_000
/** How long an answer that was asked for counts. */
const ASKED_MS = 5_000
const LIMIT_MS = 3_000
const RETRY_MS = 2_000
/** What has come from the network no longer ago is shared by those who asked for it together. */
const JUST_NOW_MS = 100
const MOST_RECENT = 200

/** Who lets go of what is stored. */
export interface Holder {
  invalidateGroups(groups: readonly string[]): Promise<void>
  invalidate(url: string): Promise<void>
}

interface Kept {
  /** Where the site tells of its invalidations; absent where it does not. */
  readonly url?: string | undefined
  readonly cursor?: string | undefined
  /** What was asked for before has to be validated: nobody can tell any more whether it was invalidated. */
  readonly distrustUntilMs?: number | undefined
}

/** What a page has missed. */
export type Recent = Omit<Told, 'from' | 'cursor'>

/**
 * What this worker knows of the site's invalidations. Pages tell it while they listen. Where none does, or the network was away, it asks
 * what it has missed before it answers with what may have been invalidated; where that can't be known, it validates instead.
 */
export class SiteInvalidations {
  readonly #platform: Platform
  readonly #database: Database
  readonly #holders = new Set<Holder>()
  readonly #recent: (Recent & { readonly atMs: number })[] = []
  #kept: Kept = {}
  #loading: Promise<void> | undefined
  #isLoaded = false
  #catchingUp: Promise<boolean> | undefined
  #trustUntilMs = 0
  #retryAtMs = 0
  #losses = 0

  constructor(platform: Platform, database: Database) {
    this.#platform = platform
    this.#database = database
  }

  add(holder: Holder): void {
    this.#holders.add(holder)
  }

  /** Whether all that the site has invalidated is let go of here, as far as that is known without asking. */
  get isCurrent(): boolean {
    if (!this.#isLoaded) return false
    const leftMs = this.#trustUntilMs - this.#platform.now()
    return this.#kept.url === undefined || (leftMs > 0 && leftMs <= TRUST_MS)
  }

  /** Whether a response that was asked for, and came, at these times may be used without asking the origin. */
  trusts({ requestTimeMs, responseTimeMs }: Pick<StoredEntry, 'requestTimeMs' | 'responseTimeMs'>): boolean {
    const nowMs = this.#platform.now()
    // After the clock was set back all would be validated until it is as late again.
    if ((this.#kept.distrustUntilMs ?? 0) > nowMs) this.#kept = { ...this.#kept, distrustUntilMs: nowMs }
    if (requestTimeMs <= (this.#kept.distrustUntilMs ?? 0)) return false
    const ageMs = nowMs - responseTimeMs
    return this.isCurrent || (ageMs >= 0 && ageMs < JUST_NOW_MS)
  }

  /** Names the place where the site tells of its invalidations. Never rejects. */
  async follow(url: string): Promise<void> {
    await this.load()
    if (this.#kept.url === url) return
    // What came before was not listened to.
    await this.#keep({ url, distrustUntilMs: this.#platform.now() })
    this.#trustUntilMs = 0
    // From here on what is stored is listened for.
    await this.settle()
  }

  /** Reads what an earlier run of the worker knew. Never rejects. */
  load(): Promise<void> {
    this.#loading ??= this.#load()
    return this.#loading
  }

  /** Asks what was missed, unless it is known; resolves with whether it is. Never rejects. */
  async settle(): Promise<boolean> {
    await this.load()
    if (this.isCurrent) return true
    this.#catchingUp ??= this.#catchUp().finally(() => {
      this.#catchingUp = undefined
    })
    return await this.#catchingUp
  }

  /** The network was away: something may have been missed. */
  lost(): void {
    this.#losses += 1
    this.#trustUntilMs = 0
  }

  /** Carries out what a page was told. */
  async take(message: unknown): Promise<void> {
    await this.load()
    const told = readTold(message)
    if (told === undefined) return
    // A page that has listened from later on than this worker has may have missed what lies between.
    const isNext = this.#kept.url !== undefined && hasReached(this.#kept.cursor, told.from)
    const losses = this.#losses
    await this.#carryOut(told, isNext)
    if (isNext && losses === this.#losses) this.#trustUntilMs = this.#platform.now() + TRUST_MS
    else this.lost()
  }

  /** What has been let go of since then, for a page that began before it listened; and where to listen from. */
  recent(sinceMs: number): Recent & { readonly cursor: string | undefined } {
    const recent = this.#recent.filter(({ atMs }) => atMs >= sinceMs)
    return {
      cursor: this.#kept.cursor,
      groups: recent.flatMap(({ groups }) => groups),
      urls: recent.flatMap(({ urls }) => urls),
      reset: recent.some(({ reset }) => reset) || (this.#recent.length >= MOST_RECENT && recent.length > 0),
    }
  }

  async #catchUp(): Promise<boolean> {
    const { url, cursor } = this.#kept
    const askedAtMs = this.#platform.now()
    if (url === undefined) return true
    if (askedAtMs < this.#retryAtMs && askedAtMs > this.#retryAtMs - RETRY_MS) return false
    const losses = this.#losses
    try {
      const told = await this.#ask(withCursor(url, cursor))
      if (told === 'gone') {
        // The site tells no more: its responses' own lifetimes are what there is.
        await this.#keep({})
        return true
      }
      // The first time there is nothing that a page could have missed; what is stored from before is validated all the same.
      if (cursor === undefined) await this.#keep({ url, cursor: told.cursor, distrustUntilMs: askedAtMs })
      else await this.#carryOut(told, true, askedAtMs)
      if (losses !== this.#losses) return false
      this.#trustUntilMs = askedAtMs + ASKED_MS
      return true
    } catch {
      this.#retryAtMs = this.#platform.now() + RETRY_MS
      return false
    }
  }

  async #ask(url: string): Promise<Told | 'gone'> {
    const controller = new AbortController()
    void this.#platform.delay(LIMIT_MS).then(() => controller.abort())
    const request = new Request(url, {
      cache: 'no-store',
      headers: { accept: 'application/json' },
      signal: controller.signal,
    })
    const response = await this.#platform.fetch(request)
    if (response.status === 404 || response.status === 410) return 'gone'
    const told = response.ok ? readTold(await response.json()) : undefined
    if (told === undefined) throw new Error(`${url} gave no answer that can be read.`)
    return told
  }

  async #carryOut(told: Told, isNext: boolean, askedAtMs = this.#platform.now()): Promise<void> {
    const { cursor, groups, reset, urls } = told
    const holders = [...this.#holders]
    await Promise.all([
      ...(groups.length > 0 ? holders.map((holder) => holder.invalidateGroups(groups)) : []),
      ...urls.flatMap((url) => holders.map((holder) => holder.invalidate(url))),
    ])
    if (groups.length + urls.length > 0 || reset) {
      this.#recent.push({ groups, urls, reset, atMs: this.#platform.now() })
      if (this.#recent.length > MOST_RECENT) this.#recent.shift()
    }
    // Kept once it has been carried out: what is carried out twice does no harm.
    if (!isNext && !reset) return
    const kept = this.#kept
    const distrustUntilMs = reset ? askedAtMs : kept.distrustUntilMs
    // A page may have heard of less than the worker.
    const further = !reset && hasReached(kept.cursor, cursor) ? kept.cursor : cursor
    await this.#keep({ ...kept, cursor: further, distrustUntilMs })
  }

  async #keep(kept: Kept): Promise<void> {
    this.#kept = kept
    this.#isLoaded = true
    await this.#database.use((connection) => connection.put('state', kept, KEY)).catch(() => {})
  }

  async #load(): Promise<void> {
    try {
      const kept = await this.#database.state<Kept>(KEY)
      // It may have been told anew meanwhile.
      if (!this.#isLoaded) this.#kept = kept ?? {}
      this.#isLoaded = true
    } catch {
      // Without storage there is nothing that could be out of date; it may come back, and with it what is.
      this.#loading = undefined
    }
  }
}

function withCursor(url: string, cursor: string | undefined): string {
  const target = new URL(url)
  if (cursor !== undefined) target.searchParams.set('after', cursor)
  return target.href
}
