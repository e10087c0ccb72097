import { describeValue } from '../policy/index.ts'
import type { Database } from './database.ts'
import type { Platform } from './platform.ts'
import { type Report, type WorkerOptions, parseQuery, readOptions } from './worker-options.ts'

const LIMIT_MS = 3_000

/** Where a worker's options come from, and whom it tells what is wrong with them. */
export interface OptionSources {
  /** What the script says itself. */
  readonly given: unknown
  /** The URL of the script, with its query. */
  readonly scriptUrl: string
  readonly platform: Platform
  readonly database: Database
  readonly report: Report
}

/** The options of one worker: its own, and over them those of the JSON file that `config` names, as it was last right. */
export class SiteOptions {
  readonly #sources: OptionSources
  readonly #own: WorkerOptions
  readonly #fileUrl: string | undefined
  #text: string | undefined
  #current: WorkerOptions
  #loading: Promise<void> | undefined
  #refreshing: Promise<boolean> | undefined

  constructor(sources: OptionSources) {
    const { given, report, scriptUrl } = sources
    const url = new URL(scriptUrl)
    this.#sources = sources
    this.#own = {
      ...readOptions(given, 'self.__THERMOCLINE__', report),
      ...readOptions(parseQuery(url.search), 'query', report),
    }
    this.#current = this.#own
    const { config } = this.#own
    if (config === undefined) return
    this.#fileUrl = new URL(config, url).href
    this.#loading = this.#load(this.#fileUrl).finally(() => {
      this.#loading = undefined
    })
  }

  /** Each change is another object. Before `loading` has settled the file is not in it. */
  get current(): WorkerOptions {
    return this.#current
  }

  /** Settles once the file's kept content is known; `undefined` from then on, and where there is no file. Never rejects. */
  get loading(): Promise<void> | undefined {
    return this.#loading
  }

  /** Asks whether the file has changed, which costs a conditional request, and once for all who ask; tells whether it has. Never rejects. */
  async refresh(): Promise<boolean> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined
    })
    return await this.#refreshing
  }

  async #refresh(): Promise<boolean> {
    const url = this.#fileUrl
    if (url === undefined) return false
    await this.#loading
    const { database, platform, report } = this.#sources
    const controller = new AbortController()
    // Each that hangs would take one of the few connections of the origin, and the installation waits for it.
    void platform.delay(LIMIT_MS).then(() => controller.abort())
    const request = new Request(url, { cache: 'no-cache', signal: controller.signal })
    const response = await platform.fetch(request).catch(() => undefined)
    // Without network there is nothing to say about the file.
    if (response === undefined) return false
    try {
      if (!response.ok) throw new Error(`The answer was ${response.status}.`)
      const text = await response.text()
      if (text === this.#text) return false
      this.#take(url, text)
      await database.use((connection) => connection.put('state', text, keyOf(url))).catch(() => {})
      return true
    } catch (error) {
      report(
        `${url} can't be used. ${String(error)} ${this.#text === undefined ? 'It is tried again at the next navigation.' : 'Its last good content holds.'}`,
      )
      return false
    }
  }

  async #load(url: string): Promise<void> {
    try {
      const text = await this.#sources.database.state<string>(keyOf(url))
      if (text !== undefined) this.#take(url, text)
    } catch {
      // Without storage the file counts once it has been fetched.
    }
  }

  #take(url: string, text: string): void {
    const { report } = this.#sources
    const parsed: unknown = JSON.parse(text)
    if (Object(parsed) !== parsed || Array.isArray(parsed))
      throw new TypeError(`It is ${describeValue(parsed)}. Write an object of options.`)
    const { config, precache, ...options } = readOptions(parsed, url, report)
    if (config !== undefined || precache !== undefined)
      report(`\`config\` and \`precache\` can't change while the worker runs. Take them out of ${url}.`)
    this.#current = { ...this.#own, ...options }
    this.#text = text
  }
}

function keyOf(url: string): string {
  return `options:${url}`
}
