import assert from 'node:assert/strict'
import { WorkerOrigin } from '../worker-origin.ts'
import type { Engine, Tab } from './engine.ts'
import { type Answer, askInPage, registerInPage, tellInPage } from './in-page.ts'
import { OBSERVER } from './observer.ts'

/** Options of `fetch()` that JSON can carry to the page. */
export type Init = Omit<RequestInit, 'body' | 'headers' | 'signal' | 'window'> & {
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface KitOptions {
  /** The worker's script. */
  readonly script: string
  /** Lines before it, as a build puts its configuration there. */
  readonly prelude?: string | undefined
  /** HTML that the origin has from the start, by path. */
  readonly pages?: Readonly<Record<string, string>> | undefined
}

/** The ports that were given. The system gives one again before long, and to browsers that is the same origin: its worker is there. */
const given = new Set<string>()

/** An origin that no browser of this run has seen. */
async function startOrigin(): Promise<WorkerOrigin> {
  const origin = await WorkerOrigin.start()
  if (given.has(origin.url)) {
    // Closed once the next one listens, which else could be given the same.
    const next = await startOrigin()
    await origin.close()
    return next
  }
  given.add(origin.url)
  return origin
}

/** What a case works with: an origin of its own, and a tab there that the worker controls. */
export class Kit {
  readonly origin: WorkerOrigin
  readonly tab: Tab
  readonly #engine: Engine
  readonly #opened: { close(): Promise<void> }[]

  private constructor(engine: Engine, origin: WorkerOrigin, tab: Tab) {
    this.#engine = engine
    this.origin = origin
    this.tab = tab
    this.#opened = [origin]
  }

  static async open(
    engine: Engine,
    tab: Tab,
    { script, prelude = '', pages = {} }: KitOptions,
  ): Promise<Kit> {
    const origin = await startOrigin()
    origin.says('/sw.js', `${OBSERVER}\n${prelude}\n${script}`, {
      'Content-Type': 'text/javascript',
      'Cache-Control': 'no-cache',
    })
    for (const [path, body] of Object.entries(pages)) {
      origin.says(path, body, { 'Content-Type': 'text/html', 'Cache-Control': 'no-cache' })
    }
    const kit = new Kit(engine, origin, tab)
    try {
      await kit.#control(kit.tab)
    } catch (error) {
      await kit.close()
      throw error
    }
    return kit
  }

  /** Calls a function in the page; it sees its arguments and nothing else of ours. */
  readonly call = async <Args extends unknown[], Result>(
    body: (...args: Args) => Result,
    ...args: Args
  ): Promise<Awaited<Result>> => (await this.tab.evaluate(body.toString(), args)) as Awaited<Result>

  /** `fetch()` in the page. */
  readonly ask = async (path: string, init: Init = {}, tab: Tab = this.tab): Promise<Answer> => {
    const [answer] = await this.askMany(path, 1, init, tab)
    assert(answer !== undefined)
    return answer
  }

  /** The same request several times, side by side. */
  readonly askMany = async (
    path: string,
    times: number,
    init: Init = {},
    tab: Tab = this.tab,
  ): Promise<Answer[]> => (await tab.evaluate(askInPage.toString(), [path, times, init])) as Answer[]

  /** Asks, and waits until the worker has stored what it stores. */
  readonly store = async (path: string, init: Init = {}): Promise<Answer> => {
    const answer = await this.ask(path, init)
    await this.settled()
    return answer
  }

  /** Resolves once the worker has done all that it was at, with a name of this run of it. */
  readonly settled = async (): Promise<string> => await this.tell<string>('engines:settled')

  /** How many requests the worker was given, navigations among them. */
  readonly countRequests = async (): Promise<number> => await this.tell<number>('engines:requests')

  /** Sends the worker a message and waits for its answer. */
  readonly tell = async <Reply>(message: unknown): Promise<Reply> =>
    (await this.tab.evaluate(tellInPage.toString(), [message])) as Reply

  /** Navigates, and returns the title of the page that came. */
  readonly visit = async (path: string): Promise<string> => {
    await this.tab.open(this.origin.url + path)
    return await this.call(() => document.title)
  }

  /** Another tab at the origin. */
  readonly newTab = async (): Promise<Tab> => {
    const tab = await this.#engine.newTab()
    this.#opened.unshift(tab)
    await this.#control(tab)
    return tab
  }

  /** Another origin. */
  readonly newOrigin = async (): Promise<WorkerOrigin> => {
    const origin = await startOrigin()
    this.#opened.push(origin)
    return origin
  }

  /** From here on it is another run of the worker, with an empty memory. */
  readonly restartWorker = async (): Promise<void> => {
    const before = await this.settled()
    await this.#engine.stopWorker(this.tab)
    await this.#control(this.tab)
    assert.notEqual(await this.settled(), before, 'The browser did not stop the worker.')
  }

  async close(): Promise<void> {
    for (const opened of this.#opened) await opened.close()
  }

  async #control(tab: Tab): Promise<void> {
    await tab.open(this.origin.url)
    await tab.evaluate(registerInPage.toString(), [])
    this.origin.forget()
  }
}
