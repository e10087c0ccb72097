import { setTimeout as sleep } from 'node:timers/promises'
import { type Tab, callExpression } from './engine.ts'
import type { WebDriver } from './webdriver.ts'

/** A window of a browser that WebDriver drives. */
export class WebKitTab implements Tab {
  #session: WebDriver
  #window: string | undefined
  #calls = 0

  private constructor(session: WebDriver, window: string) {
    this.#session = session
    this.#window = window
  }

  static async open(session: WebDriver): Promise<WebKitTab> {
    return new WebKitTab(session, await session.newWindow())
  }

  /** Takes an empty window of a new session for the one of the old, unless that was closed. */
  async reopen(session: WebDriver): Promise<void> {
    this.#session = session
    if (this.#window !== undefined) this.#window = await session.newWindow()
  }

  async open(url: string): Promise<void> {
    await this.#session.navigate(this.#opened(), url)
  }

  /** A command that waited for its result would keep all others waiting, so the result is left in the page and fetched. */
  async evaluate(source: string, args: readonly unknown[]): Promise<unknown> {
    const name = `engines-${(this.#calls += 1)}`
    const start = `window[arguments[0]] = {};
      ${callExpression(source, args)}.then(
      (value) => { window[arguments[0]] = { value } },
      (error) => { window[arguments[0]] = { error: String(error) } })`
    await this.#session.run(this.#opened(), start, [name])
    const read = 'return window[arguments[0]] ?? null'
    for (let waitMs = 2; ; waitMs = Math.min(50, waitMs * 2)) {
      const result = (await this.#session.run(this.#opened(), read, [name])) as {
        value?: string
        error?: string
      } | null
      if (result === null) throw new Error('The page was left before its answer came.')
      if (result.error !== undefined) throw new Error(result.error)
      if (result.value !== undefined) return JSON.parse(result.value)
      await sleep(waitMs)
    }
  }

  async close(): Promise<void> {
    await this.#session.closeWindow(this.#opened())
    this.#window = undefined
  }

  #opened(): string {
    if (this.#window === undefined) throw new Error('The tab is closed.')
    return this.#window
  }
}
