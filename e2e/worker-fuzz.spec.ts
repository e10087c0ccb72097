import type { Browser, CDPSession, Page } from '@playwright/test'
import * as fc from 'fast-check'
import { Random } from '../test/fuzz/random.ts'
import { Model, type PageAnswer } from '../test/worker-fuzz/model.ts'
import { ModelOrigin } from '../test/worker-fuzz/model-origin.ts'
import {
  type GetOptions,
  type Operation,
  PLAIN_GET,
  type Step,
  steps,
} from '../test/worker-fuzz/operations.ts'
import { URLS, type Url, membersOf, pathOf } from '../test/worker-fuzz/resources.ts'
import { type Route, WorkerOrigin } from './worker-origin.ts'
import { openControlled, tell } from './worker-page.ts'
import { expect, test } from './worker-test.ts'

const SEED = Number(process.env['FUZZ_SEED'] ?? 9111)
const INTERLEAVINGS = Number(process.env['BROWSER_INTERLEAVINGS'] ?? 200)
const FIRST_USER = 'ada'
/** Ages are whole seconds, and a request takes its time. */
const SLACK_MS = 3_000
/** A message to a worker that is just being stopped is never answered. */
const PATIENCE_MS = 3_000
/** So small that storing evicts. */
const PRELUDE = 'self.__THERMOCLINE__ = { maxEntries: 5, maxBytes: 300 };'

/** One page, its worker, and what it is promised. */
class FuzzPage {
  readonly origin = new ModelOrigin()
  readonly model = new Model(this.origin, FIRST_USER, SLACK_MS)
  readonly #page: Page
  readonly #session: CDPSession
  #running = new Set<string>()
  readonly #url: string
  readonly #random = new Random(SEED)
  readonly #seen = new Map<string, string>()
  #kills = 0
  #hasTrouble = false

  constructor(page: Page, session: CDPSession, server: WorkerOrigin) {
    this.#page = page
    this.#session = session
    session.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
      for (const { runningStatus, versionId } of versions) {
        if (runningStatus === 'running') this.#running.add(versionId)
        if (runningStatus === 'stopped') this.#running.delete(versionId)
      }
    })
    this.#url = server.url
    for (const path of [...URLS, '/sign-in']) server.route(path, this.#route)
  }

  async signIn(user: string): Promise<void> {
    await this.#page.context().addCookies([{ name: 'user', value: user, url: this.#url }])
  }

  async run(list: readonly Step[]): Promise<void> {
    this.#hasTrouble = false
    const begun: Promise<void>[] = []
    for (const { isAwaited, operation } of list) {
      const doing = this.#perform(operation)
      begun.push(doing)
      await (isAwaited || operation.kind === 'kill' ? doing : this.#wait())
    }
    await Promise.all(begun)
    this.origin.condition = 'up'
    const urls = list.flatMap(({ operation }) => (operation.kind === 'get' ? operation.url : []))
    await Promise.all(Array.from(new Set(urls), (url) => this.#get({ ...PLAIN_GET, url })))
  }

  async #perform(operation: Operation): Promise<void> {
    switch (operation.kind) {
      case 'get':
        await this.#get(operation)
        break
      case 'write': {
        const { group, url } = operation
        const targets = new Set<Url>([url, ...(group === undefined ? [] : membersOf(group))])
        const written = new Map(Array.from(targets, (target) => [target, this.origin.version(target) + 1]))
        if ((await this.#post(url, group && { 'X-Group': group })) === 200) this.model.acknowledge(written)
        break
      }
      case 'edit':
        this.origin.edit(operation.url)
        break
      case 'clear': {
        const before = new Map(URLS.map((url) => [url, this.origin.version(url)]))
        if (await this.#tell({ type: 'thermocline:clear' })) this.model.acknowledge(before)
        break
      }
      case 'sign-in': {
        const begun = this.model.beginSwitch(operation.user)
        this.model.endSwitch(begun, (await this.#post('/sign-in', { 'X-User': operation.user })) === 200)
        break
      }
      case 'switch-by-page': {
        const begun = this.model.beginSwitch(operation.user)
        await this.signIn(operation.user)
        const told = await this.#tell({ type: 'thermocline:partition', partition: operation.user })
        this.model.endSwitch(begun, told)
        break
      }
      case 'switch-unseen': {
        const begun = this.model.beginSwitch(operation.user)
        await this.signIn(operation.user)
        this.model.endSwitch(begun, false)
        break
      }
      case 'origin':
        this.origin.condition = operation.condition
        this.#hasTrouble ||= operation.condition !== 'up'
        break
      case 'kill':
        await this.#kill()
        break
      case 'invalidate':
      case 'invalidate-group':
      case 'storage':
      case 'pass':
        // A page can't ask for these, and the clock is the real one.
        break
    }
  }

  /**
   * Stops the worker wherever it is at what was begun before. Chromium has been seen to crash over one that is stopped while
   * it starts, and over events for one that is stopping, so it must run first, and what comes next waits until it has stopped.
   */
  async #kill(): Promise<void> {
    const waitFor = async (condition: () => boolean) => {
      for (let tries = 0; !condition() && tries < 100; tries += 1) await this.#wait()
    }
    await waitFor(() => this.#running.size > 0)
    const [versionId] = this.#running
    if (versionId === undefined) return
    this.#kills += 1
    await this.#session.send('ServiceWorker.stopWorker', { versionId })
    await waitFor(() => !this.#running.has(versionId))
  }

  async #get(options: GetOptions): Promise<void> {
    const { cache, hasCredentials, language, token, url, wants } = options
    const seen = this.#seen.get(pathOf(url))
    const ask = this.model.beginAsk(options, Date.now())
    const kills = this.#kills
    const answer = await this.#fetch(url, {
      cache,
      credentials: hasCredentials ? 'same-origin' : 'omit',
      headers: {
        'X-Language': language,
        ...(token === 'none' ? {} : { Authorization: token }),
        ...(wants === 'part' ? { Range: 'bytes=2-5' } : {}),
        ...(wants === 'news' && seen !== undefined ? { 'If-None-Match': seen } : {}),
      },
    })
    // It may have joined one that failed before it began.
    if (this.#hasTrouble) this.origin.noteFailure(url)
    if (answer !== undefined) {
      this.model.endAsk(ask, answer)
      const etag = answer.headers.get('etag')
      if (etag !== null) this.#seen.set(pathOf(url), etag)
    } else if (kills === this.#kills) this.model.failAsk(ask, 'Failed to fetch')
    else this.model.loseAsk(ask)
  }

  async #post(url: string, headers: Record<string, string> = {}): Promise<number | undefined> {
    return (await this.#fetch(url, { method: 'POST', headers }))?.status
  }

  /** `undefined` for a network error. */
  async #fetch(url: string, init: RequestInit): Promise<PageAnswer | undefined> {
    const got = await this.#page.evaluate(
      async ([target, options]) => {
        try {
          const response = await fetch(target, options)
          return { status: response.status, headers: [...response.headers], body: await response.text() }
        } catch {
          return undefined
        }
      },
      [url, init] as const,
    )
    return got && { ...got, headers: new Headers(got.headers) }
  }

  /** Whether the worker says that it did; one that is killed says nothing. */
  async #tell(message: object): Promise<boolean> {
    const kills = this.#kills
    const untilMs = Date.now() + PATIENCE_MS
    const answered = tell(this.#page, message).then(({ ok }) => ok)
    while (kills === this.#kills && Date.now() < untilMs) {
      const done = await Promise.race([answered, this.#wait().then(() => undefined)])
      if (done !== undefined) return done
    }
    return false
  }

  /** A few milliseconds, as many as the seed says, so that arrivals mix. */
  async #wait(): Promise<void> {
    const ms = this.#random.below(12)
    await new Promise((resolve) => setTimeout(resolve, ms))
  }

  readonly #route: Route = async ({ headers, method = '', url = '' }, response) => {
    const user = /(?:^|; )user=([a-z]+)/.exec(headers.cookie ?? '')?.[1]
    const read = { get: (name: string) => String(headers[name] ?? '') || null }
    await this.#wait()
    try {
      const answer = this.origin.answer({ method, url, headers: read, user }, Date.now())
      await this.#wait()
      const session = answer.session === undefined ? {} : { 'Set-Cookie': `user=${answer.session}; Path=/` }
      response.writeHead(answer.status, { ...answer.headers, ...session }).end(answer.body)
    } catch {
      response.destroy()
    }
  }
}

/** So many in one browser. */
const CHUNK = 25
/** Chromium crashes now and then when its workers are stopped in the middle of an event. That is no answer of ours. */
const TRIES = 4

for (let first = 0; first < INTERLEAVINGS; first += CHUNK) {
  const runs = Math.min(CHUNK, INTERLEAVINGS - first)
  test(`keeps its promises in interleavings ${first + 1} to ${first + runs} of requests, writes, switches of user, eviction and kills`, async ({
    launchOptions,
    playwright,
  }) => {
    test.setTimeout(600_000)
    const lists = fc.sample(steps, { seed: SEED + first, numRuns: runs })
    for (let tries = 1; ; tries += 1) {
      const browser = await playwright.chromium.launch(launchOptions)
      const crashed = await runAll(browser, lists)
        .then(() => false)
        .catch((error: unknown) => {
          const isBroken = error instanceof Error && 'matcherResult' in error
          if (isBroken || browser.isConnected() || tries === TRIES) throw error
          return true
        })
      await browser.close()
      if (!crashed) break
    }
  })
}

async function runAll(browser: Browser, lists: readonly Step[][]): Promise<void> {
  const page = await (await browser.newContext()).newPage()
  const session = await page.context().newCDPSession(page)
  await session.send('ServiceWorker.enable')
  const server = await WorkerOrigin.start(PRELUDE)
  try {
    const fuzz = new FuzzPage(page, session, server)
    await fuzz.signIn(FIRST_USER)
    await openControlled(page, server.url)
    for (const [index, list] of lists.entries()) {
      // What was broken before a crash counts.
      await fuzz.run(list).finally(() => {
        expect({ index, list, broken: fuzz.model.violations }).toEqual({ index, list, broken: [] })
      })
    }
  } finally {
    await server.close()
  }
}
