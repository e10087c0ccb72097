import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../fuzz/random.ts'
import type { RedisServer } from '../../support/redis-server.ts'
import type { BrowserHistory } from './browser-history.ts'
import type { OriginProcess } from './origin-process.ts'
import type { TabbedBrowser } from './tabbed-browser.ts'

/** What faults are done to. */
export interface BrowserRig {
  readonly redis: RedisServer
  readonly origins: readonly OriginProcess[]
  readonly browsers: readonly TabbedBrowser[]
  readonly history: BrowserHistory
  readonly maxLagMs: number
  /** Called when a server process has gone or come. */
  readonly onChange: () => void
}

/** How long after a fault its consequences are counted with it: a page notices silence after 2.5 s, and asks again within 5. */
const AFTERMATH_MS = 8_000
const LONGEST_MS = 6_000

const BROWSER_FAULTS = [
  'drop',
  'refuse',
  'refuse',
  'stall',
  'half-open',
  'deafen',
  'delay',
  'offline',
  'stop worker',
  'stop worker',
  'refuse and stop worker',
  'new tab',
  'tabs closed',
] as const

/** Strikes at random until it is stopped, and counts what it did. */
export class BrowserFaults {
  readonly counts = new Map<string, number>()
  readonly #rig: BrowserRig
  readonly #random: Random
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>[] = []
  readonly #busy = new Set<TabbedBrowser>()
  readonly #failed: (error: Error) => void

  constructor(rig: BrowserRig, random: Random, failed: (error: Error) => void) {
    this.#rig = rig
    this.#random = random
    this.#failed = failed
  }

  start(): void {
    for (const browser of this.#rig.browsers)
      this.#running.push(this.#repeat(2_500, () => this.#strikeBrowser(browser)))
    this.#running.push(
      this.#repeat(9_000, () => this.#strikeOrigin()),
      this.#repeat(10_000, () => this.#strikeRedis()),
    )
  }

  /** Ends all faults; resolves when everything runs again. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#running)
  }

  get summary(): string {
    return [...this.counts].map(([name, count]) => `${name} ${count}`).join(', ')
  }

  async #repeat(gapMs: number, strike: () => Promise<void>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#pause(gapMs / 4 + this.#random.below(gapMs))
      if (this.#stopping.signal.aborted) break
      try {
        await strike()
      } catch (error) {
        if (!this.#stopping.signal.aborted) this.#failed(error as Error)
        break
      }
    }
  }

  async #strikeBrowser(browser: TabbedBrowser): Promise<void> {
    if (this.#busy.has(browser)) return
    this.#busy.add(browser)
    await this.#strikeIdle(browser)
    this.#busy.delete(browser)
  }

  async #strikeIdle(browser: TabbedBrowser): Promise<void> {
    const kind = this.#random.pick(BROWSER_FAULTS)
    await this.#during(kind, [browser.name], async () => {
      const { proxy } = browser
      switch (kind) {
        case 'drop':
          proxy.drop()
          break
        case 'stop worker':
          await browser.stopWorker()
          break
        case 'offline':
          await browser.setOffline(true)
          await this.#pause(this.#durationMs())
          await browser.setOffline(false)
          break
        case 'new tab':
          await browser.open()
          await browser.closeTab(browser.tabs[0])
          break
        case 'tabs closed': {
          // Nobody listens meanwhile; the worker may still run.
          const { tabs } = browser
          for (const tab of tabs) await browser.closeTab(tab)
          await this.#pause(this.#random.below(3_000))
          for (const _ of tabs) await browser.open()
          break
        }
        case 'refuse':
        case 'refuse and stop worker':
          proxy.refuse()
          await this.#pause(this.#durationMs())
          if (kind !== 'refuse') await browser.stopWorker()
          proxy.heal()
          break
        default:
          proxy.strike(
            kind === 'delay' ? { kind, ms: 1 + this.#random.below(200) } : { kind },
            this.#random.chance(0.5) ? this.#random.below(Math.max(1, proxy.connections)) : undefined,
          )
          await this.#pause(this.#durationMs())
          proxy.heal()
      }
    })
  }

  async #strikeOrigin(): Promise<void> {
    const { maxLagMs, onChange, origins } = this.#rig
    const origin = this.#random.pick(origins)
    const kind = this.#random.pick(['server kill', 'server cut from Redis', 'server slow to Redis'] as const)
    await this.#during(kind, this.#everybody(), async () => {
      if (kind === 'server kill') {
        await origin.kill()
        onChange()
        await this.#pause(this.#random.below(1_000))
        await origin.launch()
        onChange()
      } else {
        origin.proxy.strike(
          kind === 'server slow to Redis' ? { kind: 'delay', ms: maxLagMs / 4 } : { kind: 'stall' },
        )
        await this.#pause(this.#random.below(maxLagMs * 3))
        origin.proxy.heal()
      }
    })
  }

  async #strikeRedis(): Promise<void> {
    const { redis } = this.#rig
    const kind = this.#random.pick(['Redis restart', 'Redis restart', 'Redis freeze'] as const)
    await this.#during(kind, this.#everybody(), async () => {
      if (kind === 'Redis restart') await this.#whileOneIsCutOff(() => redis.restart())
      else {
        redis.freeze()
        await this.#pause(this.#random.below(3_000))
        redis.thaw()
      }
    })
  }

  /** So that there is something in the log that a browser has not been told, and never will. */
  async #whileOneIsCutOff(strike: () => Promise<void>): Promise<void> {
    const browser = this.#random.pick(this.#rig.browsers)
    if (this.#busy.has(browser)) return strike()
    this.#busy.add(browser)
    browser.proxy.refuse()
    await this.#pause(1_000 + this.#random.below(3_000))
    await strike()
    await this.#pause(this.#random.below(4_000))
    browser.proxy.heal()
    this.#busy.delete(browser)
  }

  #everybody(): string[] {
    return this.#rig.browsers.map(({ name }) => name)
  }

  async #during(kind: string, browsers: readonly string[], strike: () => Promise<void>): Promise<void> {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1)
    const fromMs = Date.now()
    await strike()
    this.#rig.history.recordFault(browsers, fromMs, Date.now() + AFTERMATH_MS)
  }

  /** Often a moment, sometimes longer than a worker may be behind. */
  #durationMs(): number {
    return this.#random.below(this.#random.chance(0.4) ? 1_000 : LONGEST_MS)
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => {})
  }
}
