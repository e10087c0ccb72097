import { join, relative } from 'node:path'
import { type Page, chromium } from '@playwright/test'
import playwrightConfig from '../../playwright.config.ts'
import type { Client } from './client.ts'
import { type ServedFiles, startOrigin } from './origin.ts'
import type { Results } from './scoring.ts'
import type { Subject } from './subjects.ts'
import type { ClientOrder } from './suite-client.ts'
import { type Suite, browserTests, testsFile } from './suite.ts'
import type { WireLog } from './wire-log.ts'
import { WORKERS, type WorkerName } from './sw/workers.ts'

interface BrowserSubjectOptions {
  readonly worker: WorkerName
  /** The drop-in to measure. @default the built one */
  readonly workerFile?: string
  /** How long a test waits between two of its requests, in milliseconds. */
  readonly pauseMs: number
}

interface PageClient {
  readonly control: (url: string) => Promise<void>
  readonly run: (options: {
    engine: string
    tests: string
    order: ClientOrder
    pauseMs: number
  }) => Promise<Results>
}

const PAGE_PATH = '/conformance.html'
const WORKER_PATH = '/sw.js'

/** The suite in a page of a real browser, behind a worker or the browser's own cache alone. */
export function browserSubject({ worker, workerFile, pauseMs }: BrowserSubjectOptions): Subject {
  const pause = pauseMs === 0 ? 'no pause' : `a pause of ${pauseMs} ms`
  return {
    name: `sw, ${worker} in Chromium, ${pause} between requests`,
    tests: browserTests,
    connect: async (suite, log) => {
      const script = await WORKERS[worker](workerFile)
      const closers: (() => Promise<void>)[] = []
      const close = async () => {
        for (const end of closers.reverse()) await end()
      }
      if (script !== undefined) closers.push(script.dispose)
      try {
        const origin = await startOrigin(suite, log, servedFiles(script?.path))
        closers.push(origin.close)
        const browser = await chromium.launch(playwrightConfig.use?.launchOptions)
        closers.push(() => browser.close())
        const page = await browser.newPage()
        listenTo(page, log)
        await page.goto(`${origin.url}${PAGE_PATH}`)
        if (script !== undefined) {
          await page.evaluate(
            (url) => (globalThis as unknown as { conformance: PageClient }).conformance.control(url),
            WORKER_PATH,
          )
        }
        return { run: (order) => runInPage(page, suite, order, pauseMs), close } satisfies Client
      } catch (error) {
        await close()
        throw error
      }
    },
  }
}

async function runInPage(page: Page, suite: Suite, order: ClientOrder, pauseMs: number): Promise<Results> {
  const urlPath = (path: string): string => `/${relative(suite.root, path)}`.replace(/\/$/, '')
  return await page.evaluate(
    (options) => (globalThis as unknown as { conformance: PageClient }).conformance.run(options),
    { engine: urlPath(suite.engine), tests: urlPath(testsFile(suite.root)), order, pauseMs },
  )
}

function servedFiles(workerPath: string | undefined): ServedFiles {
  const own = (name: string): string => join(import.meta.dirname, 'sw', name)
  return {
    [PAGE_PATH]: { path: own('page.html'), type: 'text/html' },
    '/conformance-page.mjs': { path: own('page.mjs'), type: 'text/javascript' },
    ...(workerPath === undefined ? {} : { [WORKER_PATH]: { path: workerPath, type: 'text/javascript' } }),
  }
}

/** What the suite's client prints, and what a worker complains of. */
function listenTo(page: Page, log: WireLog): void {
  page.on('console', (message) => log.add(`${message.text()}\n`))
  page.context().on('serviceworker', (worker) => {
    worker.on('console', (message) => log.add(`worker: ${message.text()}\n`))
  })
}
