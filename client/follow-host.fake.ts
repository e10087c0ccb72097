import type { FollowHost } from './follow-host.ts'
import { FakeWorker } from './service-workers.fake.ts'

/** An `EventSource` that says what a test says. */
export class FakeStream extends EventTarget {
  readonly url: string
  readyState = 0

  constructor(url: string) {
    super()
    this.url = url
  }

  /** The server tells something. */
  tell(type: string, lastEventId: string, data: object = {}): void {
    this.readyState = 1
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data), lastEventId }))
  }

  /** The connection is cut; `isRefused`: the browser does not try again. */
  cut(isRefused = false): void {
    this.readyState = isRefused ? 2 : 0
    this.dispatchEvent(new Event('error'))
  }

  close(): void {
    this.readyState = 2
  }
}

interface Waiting {
  readonly grant: () => void
  readonly refuse: () => void
}

/** What the tabs of one browser share: a lock, a channel, a worker, a clock. */
export class FakeBrowser {
  nowMs = 1_000_000
  worker: FakeWorker | undefined = new FakeWorker()
  hasStreams = true
  /** What the server says to one who asks. */
  answer: () => Response | Promise<Response> = () => new Response(null, { status: 503 })
  readonly polls: string[] = []
  readonly tabs: FakeTab[] = []
  readonly queue: Waiting[] = []
  readonly switches = new Set<(how: 'switched' | 'named') => void>()
  holder: Waiting | undefined
  readonly timers = new Set<{ readonly atMs: number; readonly tab: FakeTab; readonly fire: () => void }>()

  open(): FakeTab {
    const tab = new FakeTab(this)
    this.tabs.push(tab)
    return tab
  }

  /** All streams of the browser that are open. */
  get streams(): FakeStream[] {
    return this.tabs.flatMap(({ streams }) => streams).filter(({ readyState }) => readyState !== 2)
  }

  /** Lets time pass; timers that fall due fire, in their order. */
  pass(ms: number): void {
    const endMs = this.nowMs + ms
    for (;;) {
      const [next] = [...this.timers].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)
      if (next === undefined) break
      this.timers.delete(next)
      this.nowMs = Math.max(this.nowMs, next.atMs)
      if (!next.tab.isAsleep) next.fire()
    }
    this.nowMs = endMs
  }

  next(): void {
    this.holder = this.queue.shift()
    this.holder?.grant()
  }
}

/** One tab: its page was opened when it was made. */
export class FakeTab implements FollowHost {
  readonly baseUrl = 'https://shop.example/'
  readonly beganAtMs: number
  readonly streams: FakeStream[] = []
  isVisible = true
  isAsleep = false
  readonly #browser: FakeBrowser
  readonly #returns = new Set<() => void>()
  readonly #aways = new Set<() => void>()

  constructor(browser: FakeBrowser) {
    this.#browser = browser
    this.beganAtMs = browser.nowMs
  }

  openStream(url: string): EventSource | undefined {
    if (!this.#browser.hasStreams) return undefined
    const stream = new FakeStream(url)
    this.streams.push(stream)
    return stream as unknown as EventSource
  }

  async fetch(url: string, signal: AbortSignal): Promise<Response> {
    this.#browser.polls.push(url)
    const cut = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error))
    })
    return await Promise.race([this.#browser.answer(), cut])
  }

  lock(
    _name: string,
    options: { readonly signal?: AbortSignal; readonly steal?: true },
    work: () => Promise<void>,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        grant: () => {
          work().then(() => {
            if (this.#browser.holder === waiting) this.#browser.next()
            resolve()
          }, reject)
        },
        refuse: () => reject(new DOMException('Stolen.', 'AbortError')),
      }
      if (options.steal === true) this.#browser.holder?.refuse()
      if (options.steal === true || this.#browser.holder === undefined) {
        this.#browser.holder = waiting
        waiting.grant()
      } else this.#browser.queue.push(waiting)
    })
  }

  openChannel(name: string): BroadcastChannel {
    return new BroadcastChannel(name)
  }

  async worker(): Promise<ServiceWorker | undefined> {
    return this.#browser.worker as unknown as ServiceWorker | undefined
  }

  onSwitch(listener: (how: 'switched' | 'named') => void): () => void {
    this.#browser.switches.add(listener)
    return () => void this.#browser.switches.delete(listener)
  }

  visible(): boolean {
    return this.isVisible
  }

  onReturn(listener: () => void): () => void {
    this.#returns.add(listener)
    return () => void this.#returns.delete(listener)
  }

  onAway(listener: () => void): () => void {
    this.#aways.add(listener)
    return () => void this.#aways.delete(listener)
  }

  /** The page is put away, or shown again. */
  go(where: 'away' | 'back'): void {
    for (const listener of where === 'away' ? this.#aways : this.#returns) listener()
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { atMs: this.#browser.nowMs + ms, tab: this, fire: callback }
    this.#browser.timers.add(timer)
    return () => void this.#browser.timers.delete(timer)
  }

  now(): number {
    return this.#browser.nowMs
  }

  /** The browser stops what the page does; its lock stays its own. */
  sleep(): void {
    this.isAsleep = true
  }

  random(): number {
    return 0.5
  }
}
