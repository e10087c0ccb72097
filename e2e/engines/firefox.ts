import { setTimeout as sleep } from 'node:timers/promises'
import { type Browser, launch } from 'puppeteer-core'
import { findFirefox } from '../../scripts/chromium.mjs'
import type { Engine } from './engine.ts'
import { PuppeteerTab } from './puppeteer-tab.ts'

/** So long after its last event Firefox stops a worker; its own default is 30 s. */
const IDLE_MS = 1_000

/** Firefox, by WebDriver BiDi. */
export class Firefox implements Engine {
  readonly name = 'firefox'
  readonly version: string
  readonly #browser: Browser

  private constructor(browser: Browser, version: string) {
    this.#browser = browser
    this.version = version
  }

  static async start(): Promise<Firefox> {
    const executablePath = findFirefox()
    if (executablePath === undefined) {
      throw new Error('No Firefox found. Install it (Debian: firefox-esr), or name it in FIREFOX_PATH.')
    }
    const browser = await launch({
      browser: 'firefox',
      executablePath,
      extraPrefsFirefox: { 'dom.serviceWorkers.idle_timeout': IDLE_MS },
    })
    return new Firefox(browser, (await browser.version()).replace(/^\D*/, ''))
  }

  async newTab(): Promise<PuppeteerTab> {
    return new PuppeteerTab(await this.#browser.newPage())
  }

  /** No command stops a worker, and asking whether it still runs would wake it: only leaving it alone does it. */
  async stopWorker(): Promise<void> {
    await sleep(2 * IDLE_MS)
  }

  async close(): Promise<void> {
    await this.#browser.close()
  }
}
