import type { Page } from 'puppeteer-core'
import { type Tab, callExpression } from './engine.ts'

/** A tab that Puppeteer drives: Chromium by its own protocol, Firefox by WebDriver BiDi. */
export class PuppeteerTab implements Tab {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async open(url: string): Promise<void> {
    // What hangs ends with its case.
    await this.page.goto(url, { timeout: 0 })
  }

  async evaluate(source: string, args: readonly unknown[]): Promise<unknown> {
    return JSON.parse((await this.page.evaluate(callExpression(source, args))) as string)
  }

  async close(): Promise<void> {
    await this.page.close()
  }
}
