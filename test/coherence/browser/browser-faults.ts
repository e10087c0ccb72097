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
const READ_ALL_MS = 5_000
/** A page that has given up asks every 5 s or so. */
const LONGEST_POLL_MS = 7_000

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
  'stop worker of resting tabs',
  'stop worker of resting tabs',
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
    this.#running.push(this.#strikeServers())
  }

  /** Ends all faults; resolves when everything runs again. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#running)
  }

  get summary(): string {
    return [...this.counts].map(([name, count]) => `${name} ${count}`).join(', ')
  }

  /** Redis at once, since a run may be short; and for once nothing else, for a server that is struck too has all be validated. */
  async #strikeServers(): Promise<void> {
    if (!(await this.#strike(() => this.#restartRedis(true)))) return
    await Promise.all([
      this.#repeat(7_000, () => this.#strikeOrigin()),
      this.#repeat(10_000, () => this.#strikeRedis()),
    ])
  }

  async #repeat(gapMs: number, strike: () => Promise<void>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#pause(gapMs / 4 + this.#random.below(gapMs))
      if (this.#stopping.signal.aborted || !(await this.#strike(strike))) break
    }
  }

  /** Resolves with whether others may follow. */
  async #strike(strike: () => Promise<void>): Promise<boolean> {
    try {
      await strike()
      return true
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#failed(error as Error)
      return false
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
        case 'stop worker of resting tabs':
          // Then it is started by what a page is told, not by what one asks for.
          await browser.whileResting(async () => {
            await browser.stopWorker()
            await this.#pause(this.#random.below(3_000))
          })
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
    if (this.#random.chance(2 / 3)) return this.#restartRedis()
    const { redis } = this.#rig
    await this.#during('Redis freeze', this.#everybody(), async () => {
      redis.freeze()
      await this.#pause(this.#random.below(3_000))
      redis.thaw()
    })
  }

  /**
   * It comes back with nothing in it while a browser that has stored all there is is cut off: then there is something in the log that this one
   * has not been told, and never will. It is cut off for longer than a catch-up may be behind, for otherwise what it shows after that is
   * old by right.
   */
  async #restartRedis(isFirst = false): Promise<void> {
    const browser = await this.#idleBrowser()
    if (browser === undefined) return
    this.#busy.add(browser)
    await this.#during('Redis restart', this.#everybody(), async () => {
      await this.#readAll(browser)
      browser.proxy.refuse()
      await this.#pause(3_500 + this.#random.below(500))
      await this.#rig.redis.restart()
      await this.#pause(this.#rig.maxLagMs + 3_500 + this.#random.below(500))
      browser.proxy.heal()
      const healedAtMs = Date.now()
      // One that runs has just asked in vain and validates for 2 s, by which all is made good; one that is woken asks at once.
      if (isFirst || this.#random.chance(0.5)) await browser.stopWorker()
      await this.#readAll(browser)
      // Cut off again before its page has asked, it would be in the dark for longer than it may be.
      const { resets } = this.#rig.history.of(browser.name)
      while (
        !resets.some(({ atMs }) => atMs >= healedAtMs) &&
        Date.now() - healedAtMs < LONGEST_POLL_MS &&
        !this.#stopping.signal.aborted
      )
        await this.#pause(100)
    })
    this.#busy.delete(browser)
  }

  /** For as long as it takes: a server that is struck meanwhile may leave it waiting. */
  async #readAll(browser: TabbedBrowser): Promise<void> {
    await Promise.race([browser.readAllOnce(), this.#pause(READ_ALL_MS)])
  }

  /** One that nothing is being done to, once there is one; `undefined` when it all ends. */
  async #idleBrowser(): Promise<TabbedBrowser | undefined> {
    while (!this.#stopping.signal.aborted) {
      const idle = this.#rig.browsers.filter((browser) => !this.#busy.has(browser))
      if (idle.length > 0) return this.#random.pick(idle)
      await this.#pause(50)
    }
    return undefined
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
