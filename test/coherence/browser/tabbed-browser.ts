import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { FaultProxy } from '../fault-proxy.ts'
import type { PageEvent, PageProbe } from './page.ts'

interface BrowserPlace {
  readonly name: string
  readonly browser: Browser
  /** Where the site listens. */
  readonly port: number
  readonly record: (tab: string, events: readonly PageEvent[]) => void
}

interface Tab {
  readonly name: string
  readonly page: Page
}

/** A probe is in the page once its script has run. */
type Probing = { readonly probe?: PageProbe }

/** One browser: storage and a worker of its own, some tabs, and a way to the site that can be made to fail. */
export class TabbedBrowser {
  readonly name: string
  readonly proxy: FaultProxy
  tabs: readonly Tab[] = []
  readonly #place: BrowserPlace
  readonly #context: BrowserContext
  #opened = 0

  private constructor(place: BrowserPlace, context: BrowserContext, proxy: FaultProxy) {
    this.name = place.name
    this.#place = place
    this.#context = context
    this.proxy = proxy
  }

  static async start(place: BrowserPlace, tabs: number): Promise<TabbedBrowser> {
    const context = await place.browser.newContext()
    const browser = new TabbedBrowser(place, context, await FaultProxy.start(place.port))
    for (let tab = 0; tab < tabs; tab += 1) await browser.open()
    return browser
  }

  /** Opens a tab and waits until the worker answers for it and it follows. */
  async open(): Promise<void> {
    this.#opened += 1
    const tab = { name: `${this.name} tab ${this.#opened}`, page: await this.#context.newPage() }
    for (let tries = 0; ; tries += 1) {
      try {
        await tab.page.goto(`http://127.0.0.1:${this.proxy.port}/`, { timeout: 20_000 })
        await tab.page.waitForFunction(() => (window as Probing).probe?.isReady, undefined, {
          timeout: 20_000,
        })
        break
      } catch (error) {
        if (tries === 3) throw error
        await sleep(200)
      }
    }
    this.tabs = [...this.tabs, tab]
  }

  /** Hands over what the tabs have seen. */
  async drain(): Promise<void> {
    await Promise.all(this.tabs.map((tab) => this.#drain(tab)))
  }

  async closeTab(tab: Tab | undefined): Promise<void> {
    if (tab === undefined) return
    this.tabs = this.tabs.filter((one) => one !== tab)
    await this.#drain(tab)
    await tab.page.close()
  }

  async setOffline(isOffline: boolean): Promise<void> {
    await this.#context.setOffline(isOffline)
  }

  /** Kills the running worker, as a browser does with idle ones; the next event starts it anew. */
  async stopWorker(): Promise<void> {
    const [tab] = this.tabs
    if (tab === undefined) return
    const session = await this.#context.newCDPSession(tab.page)
    await session.send('ServiceWorker.enable')
    await session.send('ServiceWorker.stopAllWorkers')
    await session.detach()
  }

  /** Ends the tabs' own reads. */
  async stopReads(): Promise<void> {
    await Promise.all(this.tabs.map(({ page }) => page.evaluate(() => (window as Probing).probe?.stop())))
  }

  /** Has the tabs ask for nothing, and only listen, while something is done. */
  async whileResting(work: () => Promise<void>): Promise<void> {
    const { tabs } = this
    await Promise.all(tabs.map(({ page }) => page.evaluate(() => (window as Probing).probe?.rest())))
    await work()
    await Promise.all(tabs.map(({ page }) => page.evaluate(() => (window as Probing).probe?.resume())))
  }

  /** What each tab is answered for every row now. */
  async readAll(): Promise<readonly Readonly<Record<string, number>>[]> {
    return await Promise.all(
      this.tabs.map(async ({ page }) =>
        page.evaluate(async () => (await (window as Probing).probe?.readAll()) ?? {}),
      ),
    )
  }

  /** Has one tab read every row, so that the worker has them all. */
  async readAllOnce(): Promise<void> {
    await this.tabs[0]?.page.evaluate(async () => (window as Probing).probe?.readAll())
  }

  async close(): Promise<void> {
    await this.#context.close()
    await this.proxy.close()
  }

  async #drain({ name, page }: Tab): Promise<void> {
    const events = await page
      .evaluate(() => (window as Probing).probe?.drain() ?? [])
      .catch((error: unknown) => {
        // Closed meanwhile, after it had handed over all.
        if (page.isClosed()) return []
        throw error
      })
    this.#place.record(name, events)
  }
}
