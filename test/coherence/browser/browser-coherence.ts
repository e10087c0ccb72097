import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from '@playwright/test'
import { chromiumArguments, findChromium } from '../../../scripts/chromium.mjs'
import { Ledger } from '../../../server/testing/ledger.ts'
import { Random } from '../../fuzz/random.ts'
import { RedisServer } from '../../support/redis-server.ts'
import { startDatabase } from '../database.ts'
import { KEYS } from '../keys.ts'
import { Balancer } from './balancer.ts'
import { BROWSER_BREAKS, type BrowserBreak } from './breaks.ts'
import { BrowserFaults } from './browser-faults.ts'
import { BrowserHistory } from './browser-history.ts'
import { buildScripts } from './build-scripts.ts'
import { type BrowserReport, checkBrowserHistory } from './check-browser-history.ts'
import type { RowSource } from './names.ts'
import { OriginProcess } from './origin-process.ts'
import { TabbedBrowser } from './tabbed-browser.ts'

export interface BrowserCoherenceOptions {
  readonly browsers: number
  readonly processes: number
  readonly seconds: number
  readonly seed: number
  readonly maxLagMs: number
  readonly rows: RowSource
  readonly break?: BrowserBreak
}

export interface BrowserCoherenceRun {
  readonly report: BrowserReport
  readonly faults: string
  /** What did not come right once nothing was done any more. */
  readonly unhealed: readonly string[]
  readonly caughtAfterMs?: number
}

const TABS = 2
const LOOK_MS = 250
const MOST_SHOWN = 20
/** What follows a healed network: silence is noticed after 2.5 s, who gave up asks every 5 s or so. */
const HEAL_MS = 15_000

/** Lets browsers read what servers change, through faults, and checks what they saw. `signal` ends it early, with an error. */
export async function runBrowserCoherence(
  options: BrowserCoherenceOptions,
  signal?: AbortSignal,
): Promise<BrowserCoherenceRun> {
  const { maxLagMs, seconds, seed } = options
  const history = new BrowserHistory()
  const cleanUp: (() => Promise<unknown>)[] = []
  const failed = new AbortController()
  const limits = { catchUpLagMs: maxLagMs + 2_600, lostAfterMs: maxLagMs + 9_000 }
  try {
    const broken = options.break === undefined ? undefined : BROWSER_BREAKS[options.break]
    const scripts = await buildScripts(broken?.source)
    cleanUp.push(() => rm(scripts, { recursive: true }))
    const database = await startDatabase()
    cleanUp.push(() => database.close())
    const redis = await RedisServer.start()
    cleanUp.push(() => redis.kill())
    const origins = await Promise.all(
      Array.from({ length: options.processes }, (_, index) =>
        OriginProcess.start({
          process: `server-${index + 1}`,
          redisPort: redis.port,
          databaseUrl: database.url,
          scripts,
          seed: seed + index,
          maxLagMs,
          rows: options.rows,
          ...(options.break === undefined ? {} : { break: options.break }),
          record: (events) => history.recordServer(events),
          onFailure: (error) => failed.abort(error),
        }),
      ),
    )
    for (const origin of origins) {
      cleanUp.push(
        () => origin.proxy.close(),
        () => origin.kill(),
      )
    }
    const balancer = await Balancer.start()
    cleanUp.push(() => balancer.close())
    const onChange = () => {
      balancer.targets = origins.map(({ port }) => port).filter((port) => port !== 0)
    }
    onChange()
    const executablePath = findChromium()
    if (executablePath === undefined)
      throw new Error('No Chromium found. Install it, or name it in CHROMIUM_PATH.')
    const chrome = await chromium.launch({ executablePath, args: chromiumArguments() })
    cleanUp.push(() => chrome.close())
    const browsers: TabbedBrowser[] = []
    for (let index = 1; index <= options.browsers; index += 1) {
      const name = `browser ${index}`
      const record = history.recordTab.bind(history, name)
      const browser = await TabbedBrowser.start({ name, browser: chrome, port: balancer.port, record }, TABS)
      browsers.push(browser)
      cleanUp.push(() => browser.close())
    }
    const rig = { redis, origins, browsers, history, maxLagMs, onChange }
    const faults = new BrowserFaults(rig, new Random(seed), (error) => failed.abort(error))
    cleanUp.push(() => faults.stop())
    const beganAtMs = performance.now()
    const elapsedMs = () => performance.now() - beganAtMs
    faults.start()
    const check = () => checkBrowserHistory(history, limits)
    let caughtAfterMs: number | undefined
    while (elapsedMs() < seconds * 1_000 && caughtAfterMs === undefined) {
      failed.signal.throwIfAborted()
      signal?.throwIfAborted()
      await sleep(LOOK_MS)
      await Promise.all(browsers.map((browser) => browser.drain()))
      if (options.break !== undefined && !check().isCoherent) caughtAfterMs = elapsedMs()
    }
    await faults.stop()
    failed.signal.throwIfAborted()
    const result = { faults: faults.summary }
    if (caughtAfterMs !== undefined) return { ...result, report: check(), unhealed: [], caughtAfterMs }
    const unhealed = await heal(origins, browsers, history)
    await Promise.all(browsers.map((browser) => browser.drain()))
    const report = check()
    // What holds nothing to compare would pass whatever was done.
    if (report.fromStore === 0 || report.told === 0)
      throw new Error(`Nothing was seen: ${JSON.stringify(report)}`)
    return { ...result, report, unhealed: unhealed.slice(0, MOST_SHOWN) }
  } finally {
    // One that fails must not keep the others from ending what was started.
    for (const step of cleanUp.reverse()) await step().catch((error: unknown) => console.error(error))
  }
}

/**
 * Once the network is there again every tab is told of a change, by name or with everything, and reads the last version of every row.
 * What is not so, in words.
 */
async function heal(
  origins: readonly OriginProcess[],
  browsers: readonly TabbedBrowser[],
  history: BrowserHistory,
): Promise<readonly string[]> {
  for (const origin of origins) origin.tell({ type: 'pause' })
  await Promise.all(browsers.map((browser) => browser.stopReads()))
  const key = KEYS[0] ?? ''
  const fromMs = Date.now()
  // Each server's: a tab hears of it wherever it is connected.
  for (const origin of origins) origin.tell({ type: 'change', key })
  let unhealed: string[] = []
  while (Date.now() - fromMs < HEAL_MS) {
    await sleep(LOOK_MS)
    await Promise.all(browsers.map((browser) => browser.drain()))
    unhealed = await findUnhealed(browsers, history, key, fromMs)
    if (unhealed.length === 0) break
  }
  return unhealed
}

async function findUnhealed(
  browsers: readonly TabbedBrowser[],
  history: BrowserHistory,
  key: string,
  fromMs: number,
): Promise<string[]> {
  const ledger = new Ledger(history.servers, 0)
  const fleet = ledger.fleet(key)
  const changed = fleet?.superseding(fleet.highestBefore(fromMs))
  const found: string[] = []
  for (const browser of browsers) {
    const all = await browser.readAll()
    const { resets, told } = history.of(browser.name)
    for (const [index, versions] of all.entries()) {
      const tab = browser.tabs[index]?.name ?? ''
      const hasHeard =
        told.some((one) => one.tab === tab && one.key === key && one.atMs >= fromMs) ||
        resets.some((one) => one.tab === tab && changed !== undefined && one.atMs > changed.atMs)
      if (!hasHeard) {
        const heardAtMs = Math.max(
          ...[...told, ...resets].flatMap((one) => (one.tab === tab ? one.atMs : [])),
        )
        const now = Date.now()
        found.push(
          `${tab} has not heard of a change of ${now - fromMs} ms ago, acknowledged ${now - (changed?.atMs ?? now)} ms ago; of anything ${now - heardAtMs} ms ago`,
        )
      }
      for (const [row, version] of Object.entries(versions)) {
        const last = ledger.fleet(row)?.highestBefore(Infinity) ?? 0
        if (version < last) found.push(`${tab} reads ${row} at version ${version} instead of ${last}`)
      }
    }
  }
  return found
}
