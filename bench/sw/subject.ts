import type { BrowserContext, CDPSession, Page } from '@playwright/test'
import { buildWorker } from './build-worker.ts'
import { type Origin, startOrigin } from './origin.ts'
import { PRECACHED, type Variant } from './variant.ts'

/** Files that are fetched side by side while the store is filled. */
const BATCH = 50

/** One variant at an origin of its own, in a page that it controls. */
export class Subject {
  readonly name: string
  readonly #page: Page
  readonly #session: CDPSession
  readonly #origin: Origin
  readonly #files: number

  private constructor(name: string, page: Page, session: CDPSession, origin: Origin, files: number) {
    this.name = name
    this.#page = page
    this.#session = session
    this.#origin = origin
    this.#files = files
  }

  /** Starts one, and fills its store. */
  static async start(context: BrowserContext, variant: Variant, files: number): Promise<Subject> {
    const worker = await buildWorker(variant, files)
    const origin = await startOrigin(worker)
    const page = await context.newPage()
    await page.goto(origin.url)
    if (worker !== undefined) {
      await page.evaluate(async () => {
        await navigator.serviceWorker.register('/sw.js')
        if (navigator.serviceWorker.controller) return
        await new Promise((resolve) =>
          navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
        )
      })
    }
    const session = await context.newCDPSession(page)
    await session.send('ServiceWorker.enable')
    const subject = new Subject(variant.name, page, session, origin, files)
    await subject.#fill()
    return subject
  }

  /** Milliseconds of hits that follow one another, body and all. Throws where the origin is asked time and again. */
  async hits(count: number): Promise<number[]> {
    // Storing ends after the answer, and now and then one was not stored: then it is now.
    for (let tries = 0; tries < 20; tries += 1) {
      const before = this.#origin.visits()
      const files = Array.from({ length: count }, () => `/file/${Math.floor(Math.random() * this.#files)}`)
      const times = await this.#time(files)
      if (this.#origin.visits() === before) return times
    }
    throw new Error(`${this.name} does not answer from its store.`)
  }

  /** Milliseconds of one hit whose worker has to be started. */
  async coldHit(): Promise<number> {
    const [time = 0] = await this.#timeStopped(`/file/${Math.floor(Math.random() * this.#files)}`)
    return time
  }

  /** Milliseconds of the precached file with a stopped worker. */
  async coldAsset(): Promise<number> {
    const [time = 0] = await this.#timeStopped(PRECACHED)
    return time
  }

  /** Whether the browser answers the precached file out of a cache by itself. */
  async isRouted(): Promise<boolean> {
    return await this.#page.evaluate(async (path) => {
      await (await fetch(path)).arrayBuffer()
      const [timing] = performance.getEntriesByName(new URL(path, location.href).href).slice(-1)
      return (timing as { workerFinalSourceType?: string } | undefined)?.workerFinalSourceType === 'cache'
    }, PRECACHED)
  }

  async close(): Promise<void> {
    await this.#page.close()
    await this.#origin.close()
  }

  async #fill(): Promise<void> {
    const paths = [PRECACHED, ...Array.from({ length: this.#files }, (_, index) => `/file/${index}`)]
    for (let first = 0; first < paths.length; first += BATCH) {
      await this.#page.evaluate(
        async (batch) => {
          await Promise.all(batch.map(async (path) => (await fetch(path)).arrayBuffer()))
          performance.clearResourceTimings()
        },
        paths.slice(first, first + BATCH),
      )
    }
  }

  async #timeStopped(path: string): Promise<number[]> {
    await this.#session.send('ServiceWorker.stopAllWorkers')
    return await this.#time([path])
  }

  async #time(paths: readonly string[]): Promise<number[]> {
    await this.#page.bringToFront()
    return await this.#page.evaluate(async (all) => {
      const times: number[] = []
      for (const path of all) {
        const begun = performance.now()
        const response = await fetch(path)
        await response.arrayBuffer()
        times.push(performance.now() - begun)
      }
      performance.clearResourceTimings()
      return times
    }, paths)
  }
}
