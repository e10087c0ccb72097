import './worker.fake.ts'
import type { Scheduler } from 'fast-check'
import { IDBFactory } from 'fake-indexeddb'
import { ModelOrigin } from '../test/worker-fuzz/model-origin.ts'
import { Model, type PageAnswer } from '../test/worker-fuzz/model.ts'
import { type GetOptions, type Operation, PLAIN_GET, type Step } from '../test/worker-fuzz/operations.ts'
import { URLS, type Url, membersOf, pathOf } from '../test/worker-fuzz/resources.ts'
import { findMiscount } from './find-miscount.fake.ts'
import { eventHandling } from './handling.ts'
import { KillablePlatform, type Surroundings } from './killable-platform.fake.ts'
import { FakeCacheStorage } from './platform.fake.ts'
import { PrivateCache } from './private-cache.ts'
import { workerState } from './worker-state.ts'

const ORIGIN = 'https://shop.example'
const CACHE_NAME = 'fuzz'
const FIRST_USER = 'ada'
/** Small, so that storing evicts. */
const LIMITS = { maxEntries: 5, maxBytes: 300 }
/** Turns of the event loop in which nothing happens before somebody counts as forgotten. */
const PATIENCE = 3_000

/** One worker's life. */
interface Life {
  readonly platform: KillablePlatform
  readonly cache: PrivateCache
  /** What its events wait for. */
  readonly extended: Promise<unknown>[]
  readonly killed: Promise<'killed'>
  readonly kill: () => void
}

/** A browser with one page's worth of requests, its workers one after the other, and the origin. */
export class FuzzBrowser implements Surroundings {
  readonly storage = new FakeCacheStorage()
  readonly indexedDB = new IDBFactory()
  readonly clock = { nowMs: Date.UTC(2026, 0, 1) }
  isStorageAway = false
  readonly origin = new ModelOrigin()
  readonly model = new Model(this.origin, FIRST_USER, 0)
  readonly #scheduler: Scheduler
  #life: Life
  #user = FIRST_USER
  #ids = 0
  #lives = 0
  /** What the page saw last of each path. */
  readonly #seen = new Map<string, string>()

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler
    this.#life = this.#startWorker()
  }

  createId(): string {
    return `id-${(this.#ids += 1)}`
  }

  async turn(what: string): Promise<void> {
    await this.#scheduler.schedule(Promise.resolve(), what)
  }

  /** Begins the steps one after the other, waits for all of them, and then looks once more at what was asked for. */
  async run(steps: readonly Step[]): Promise<void> {
    const begun: Promise<void>[] = []
    for (const { isAwaited, operation } of steps) {
      await this.turn(operation.kind)
      const doing = this.#perform(operation)
      begun.push(doing)
      if (isAwaited) await doing
    }
    await Promise.all(begun)
    await this.#perform({ kind: 'origin', condition: 'up' })
    await this.#perform({ kind: 'storage', isAway: false })
    // What was begun while it was away has failed by then.
    await eventLoop()
    // So long a worker does without a database that could not be opened.
    await this.#perform({ kind: 'pass', seconds: 10 })
    const urls = steps.flatMap(({ operation }) => (operation.kind === 'get' ? operation.url : []))
    await Promise.all(Array.from(new Set(urls), (url) => this.#perform({ kind: 'get', ...PLAIN_GET, url })))
    // What was begun behind the answers has to end first: trimming follows storing.
    await Promise.allSettled(this.#life.extended)
    const wrong = await findMiscount(this.#life.platform, CACHE_NAME, LIMITS)
    if (wrong !== undefined) this.model.violations.push(wrong)
  }

  /** Lets one after the other have its turn; resolves when `done` has, throws when nobody is left who could bring that about. */
  async drive(done: Promise<unknown>, pauses: readonly number[]): Promise<void> {
    const state = { isDone: false }
    void done.catch(() => {}).finally(() => (state.isDone = true))
    let idle = 0
    for (let round = 0; !state.isDone; round += 1) {
      for (let ticks = pauses[round % pauses.length] ?? 0; ticks >= 0; ticks -= 1) await eventLoop()
      if (this.#scheduler.count() > 0) {
        idle = 0
        await this.#scheduler.waitOne()
      } else if ((idle += 1) > PATIENCE) {
        this.model.violations.push('Somebody is never answered.')
        return
      }
    }
    await done
  }

  async network(request: Request, isWanted: () => boolean): Promise<Response> {
    const { credentials, headers, method, url } = request
    const user = credentials === 'omit' ? undefined : this.#user
    await this.turn('request')
    const say = () => {
      try {
        return this.origin.answer({ method, url, headers, user }, this.clock.nowMs)
      } catch {
        return undefined
      }
    }
    const answer = say()
    await this.turn('response')
    if (answer === undefined || answer.status === 500) this.origin.noteFailure(url)
    if (answer === undefined) throw new TypeError('Failed to fetch')
    if (answer.session !== undefined && isWanted()) this.#user = answer.session
    const etag = answer.headers['ETag']
    if (etag !== undefined) this.origin.noteArrival(etag)
    const { body, status } = answer
    return new Response(status === 304 ? null : this.#inTwo(body), { status, headers: answer.headers })
  }

  async #perform(operation: Operation): Promise<void> {
    switch (operation.kind) {
      case 'get':
        await this.#get(operation)
        break
      case 'write': {
        const { group, url } = operation
        const targets = new Set([url, ...(group === undefined ? [] : membersOf(group))])
        const headers: Record<string, string> = group === undefined ? {} : { 'X-Group': group }
        const answer = await this.#send(new Request(new URL(url, ORIGIN), { method: 'POST', headers }))
        // Whoever wrote later has made them newer still.
        if (answer?.status === 200) this.#acknowledge(answer.versions, targets)
        break
      }
      case 'edit':
        this.origin.edit(operation.url)
        break
      case 'invalidate':
        await this.#invalidate([operation.url], (cache) => cache.invalidate(operation.url))
        break
      case 'invalidate-group': {
        const { group } = operation
        await this.#invalidate(membersOf(group), (cache) => cache.invalidateGroups([group]))
        break
      }
      case 'clear':
        await this.#invalidate([...URLS], (cache) => cache.clear())
        break
      case 'sign-in': {
        const begun = this.model.beginSwitch(operation.user)
        const request = new Request(new URL('/sign-in', ORIGIN), {
          method: 'POST',
          headers: { 'X-User': operation.user },
        })
        const answer = await this.#send(request)
        this.model.endSwitch(begun, answer?.status === 200)
        break
      }
      case 'switch-by-page': {
        const begun = this.model.beginSwitch(operation.user)
        this.#user = operation.user
        const { killed, platform } = this.#life
        const { partitions } = workerState(platform)
        const told = partitions.hold(operation.user).then(() => partitions.wiped)
        this.model.endSwitch(begun, (await Promise.race([told, killed])) !== 'killed')
        break
      }
      case 'switch-unseen': {
        const begun = this.model.beginSwitch(operation.user)
        this.#user = operation.user
        this.model.endSwitch(begun, false)
        break
      }
      case 'origin':
        this.origin.condition = operation.condition
        break
      case 'pass':
        this.clock.nowMs += operation.seconds * 1_000
        break
      case 'storage':
        this.isStorageAway = operation.isAway
        if (operation.isAway) this.#life.platform.closeDatabase()
        break
      case 'kill':
        this.#life.kill()
        this.#life = this.#startWorker()
        break
    }
  }

  async #get(options: GetOptions): Promise<void> {
    const { cache, hasCredentials, language, token, url, wants } = options
    const seen = this.#seen.get(pathOf(url))
    const request = new Request(new URL(url, ORIGIN), {
      cache,
      credentials: hasCredentials ? 'same-origin' : 'omit',
      headers: {
        'X-Language': language,
        ...(token === 'none' ? {} : { Authorization: token }),
        ...(wants === 'part' ? { Range: 'bytes=2-5' } : {}),
        ...(wants === 'news' && seen !== undefined ? { 'If-None-Match': seen } : {}),
      },
    })
    const ask = this.model.beginAsk(options, this.clock.nowMs)
    try {
      const answer = await this.#answer(request)
      if (answer === 'killed') {
        this.model.loseAsk(ask)
        return
      }
      this.model.endAsk(ask, answer)
      const etag = answer.headers.get('etag')
      if (etag !== null) this.#seen.set(pathOf(url), etag)
    } catch (error) {
      this.model.failAsk(ask, error)
    }
  }

  /** An unsafe request; `undefined` where it failed or the worker was killed. */
  async #send(request: Request): Promise<{ status: number; versions: ReadonlyMap<Url, number> } | undefined> {
    const before = this.#versions()
    try {
      const answer = await this.#answer(request)
      if (answer === 'killed') return undefined
      // It was itself one of the writes that came in between.
      const written = [...before].map(([url, version]) => [url, version + 1] as const)
      return { status: answer.status, versions: new Map(written) }
    } catch {
      return undefined
    }
  }

  async #invalidate(urls: readonly Url[], work: (cache: PrivateCache) => Promise<void>): Promise<void> {
    const before = this.#versions()
    const { cache, killed } = this.#life
    // `clear()` says so where it can't.
    const done = work(cache).then(
      () => true,
      () => false,
    )
    if ((await Promise.race([done, killed])) === true) this.#acknowledge(before, new Set(urls))
  }

  #acknowledge(versions: ReadonlyMap<Url, number>, urls: ReadonlySet<Url>): void {
    this.model.acknowledge(new Map([...versions].filter(([url]) => urls.has(url))))
  }

  #versions(): Map<Url, number> {
    return new Map(URLS.map((url) => [url, this.origin.version(url)]))
  }

  async #answer(request: Request): Promise<PageAnswer | 'killed'> {
    const { cache, extended, killed, platform } = this.#life
    const event = {
      waitUntil: (work: Promise<unknown>) => extended.push(work),
    } as unknown as ExtendableEvent
    const handling = eventHandling(event, (sent) => platform.fetch(sent))
    const answering = cache.answer(request, handling).then(async (response) => ({
      status: response.status,
      headers: response.headers,
      body: await response.text(),
    }))
    return await Promise.race([answering, killed])
  }

  #startWorker(): Life {
    const platform = new KillablePlatform(this)
    // What it reads ahead is raced as well; not every browser lets it.
    this.#lives += 1
    platform.restarted = this.#lives % 2 === 1
    const cache = new PrivateCache({ cacheName: CACHE_NAME, ...LIMITS, platform })
    let end: (how: 'killed') => void = () => {}
    const killed = new Promise<'killed'>((resolve) => (end = resolve))
    const kill = () => {
      platform.kill()
      end('killed')
    }
    return { platform, cache, extended: [], killed, kill }
  }

  /** A body that arrives in two pieces. */
  #inTwo(text: string): ReadableStream<Uint8Array<ArrayBuffer>> {
    const bytes = new TextEncoder().encode(text)
    const middle = Math.floor(bytes.length / 2)
    const pieces = [bytes.slice(0, middle), bytes.slice(middle)]
    return new ReadableStream({
      pull: async (controller) => {
        const piece = pieces.shift()
        if (pieces.length === 0) await this.turn('body')
        if (piece !== undefined) controller.enqueue(piece)
        if (pieces.length === 0) controller.close()
      },
    })
  }
}

function eventLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
