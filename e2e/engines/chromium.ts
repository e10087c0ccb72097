import { type Browser, launch } from 'puppeteer-core'
import { chromiumArguments, findChromium } from '../../scripts/chromium.mjs'
import type { Engine } from './engine.ts'
import { PuppeteerTab } from './puppeteer-tab.ts'

/** Chromium, by the DevTools protocol. */
export class Chromium implements Engine {
  readonly name = 'chromium'
  readonly version: string
  readonly #browser: Browser

  private constructor(browser: Browser, version: string) {
    this.#browser = browser
    this.version = version
  }

  static async start(): Promise<Chromium> {
    const executablePath = findChromium()
    if (executablePath === undefined) {
      throw new Error('No Chromium found. Install it, or name it in CHROMIUM_PATH.')
    }
    const browser = await launch({ executablePath, args: chromiumArguments() })
    return new Chromium(browser, (await browser.version()).replace(/^\D*/, ''))
  }

  async newTab(): Promise<PuppeteerTab> {
    return new PuppeteerTab(await this.#browser.newPage())
  }

  async stopWorker({ page }: PuppeteerTab): Promise<void> {
    const session = await page.createCDPSession()
    await session.send('ServiceWorker.enable')
    await session.send('ServiceWorker.stopAllWorkers')
    await session.detach()
  }

  async close(): Promise<void> {
    await this.#browser.close()
  }
}
