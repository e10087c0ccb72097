import { consultWorker } from './ask-worker.ts'
import type { FollowHost } from './follow-host.ts'
import { HoldingEventTarget } from './holding-event-target.ts'
import { type InvalidationEventMap, InvalidatedEvent } from './invalidated-event.ts'
import type { StreamMessage } from './stream-message.ts'
import { StreamSource } from './stream-source.ts'

/** A page must not wait longer for its worker to let go: it would show nothing new at all. */
const WORKER_LIMIT_MS = 2_000
/** To begin with it may have to ask the server, for which it takes 3 s at the most. */
const FOLLOW_LIMIT_MS = 5_000
/** A page adds its listeners after it has begun to follow. */
const MOST_HELD = 100

interface Passed {
  readonly message: StreamMessage
  readonly from: string
}

/**
 * Follows what the server invalidates: one tab of the browser is connected and tells the others. The service worker hears of it
 * first, so that a page which asks again on being told is not answered with what was invalidated.
 */
export class InvalidationFollower extends HoldingEventTarget<InvalidationEventMap> {
  readonly #host: FollowHost
  readonly #url: string
  readonly #closed = new AbortController()
  #channel: BroadcastChannel | undefined
  #source: StreamSource | undefined
  #stepDown = () => {}
  #worker: ServiceWorker | undefined
  #cancelWatch = () => {}
  #cursor: string | undefined
  #heardAtMs: number
  #beatMs = 15_000
  /** Connected, and not told yet what was missed before. */
  #isCatchingUp = false
  #isAway = false
  #turn: Promise<void>

  constructor(host: FollowHost, url: string) {
    super()
    this.#host = host
    this.#url = url
    this.#heardAtMs = host.now()
    this.#turn = Promise.resolve()
    // Outside a page there is nobody to tell.
    if (host.baseUrl === undefined) return
    this.#listen()
    this.#turn = this.#begin()
    const stops = [
      host.onReturn(() => this.#return()),
      host.onSwitch((how) => (how === 'named' ? this.#source?.renewAsNamed() : this.#source?.renew())),
      // A page that is kept as it is must hold no connection; it begins again when it is shown.
      host.onAway(() => {
        this.#isAway = true
        this.#leave()
        // Chromium keeps no page that something is said to.
        this.#channel?.close()
        this.#channel = undefined
      }),
    ]
    this.#closed.signal.addEventListener('abort', () => {
      for (const stop of stops) stop()
    })
  }

  /** Ends following in this tab. */
  close(): void {
    this.#closed.abort()
    this.#leave()
    this.#channel?.close()
  }

  /** Has the worker catch up, and tells the page what was invalidated since it began. */
  async #begin(): Promise<void> {
    const { beganAtMs } = this.#host
    const follow = { type: 'thermocline:follow', url: this.#url, since: beganAtMs }
    const answer = await this.#tellWorker(follow, FOLLOW_LIMIT_MS)
    if (this.#closed.signal.aborted) return
    // A worker that does not say what was missed may have answered with anything.
    const isUntold = this.#worker !== undefined && answer === undefined
    const {
      cursor,
      groups = [],
      reset,
      urls = [],
    } = (answer ?? {}) as Partial<StreamMessage> & {
      readonly reset?: boolean
    }
    this.#cursor = cursor
    this.#announce({ groups, urls, everything: reset === true || isUntold })
    this.#queue()
    this.#watch()
  }

  #listen(): void {
    this.#channel = this.#host.openChannel(`thermocline ${this.#url}`)
    this.#channel?.addEventListener('message', ({ data }: MessageEvent<Passed>) => {
      // The one that is connected hears of it first.
      if (this.#source === undefined) this.#inTurn(() => this.#hear(data, false))
    })
  }

  /** Whoever was put away was not told by the others: it connects itself, from where it was, and tells them what they know. */
  #return(): void {
    // A page that is put away is hidden after that.
    if (this.#isAway && !this.#host.visible()) return
    if (this.#isAway) this.#listen()
    if (this.#source === undefined) this.#queue(this.#isAway)
    else this.#source.retry()
    this.#isAway = false
  }

  #isQueued = false

  /** Waits for its turn to be the one that is connected. */
  #queue(steal = false): void {
    const { signal } = this.#closed
    if (signal.aborted || (this.#isQueued && !steal)) return
    this.#isQueued = true
    const { host, name } = { host: this.#host, name: `thermocline ${this.#url}` }
    const leading = host.lock(name, steal ? { steal } : { signal }, () => this.#lead()) ?? this.#lead()
    leading
      // Another tab took over, since this one was not heard of; or it was closed.
      .catch(() => this.#leave())
      .then(() => {
        this.#isQueued = false
      })
      .catch(() => {})
  }

  #lead(): Promise<void> {
    if (this.#closed.signal.aborted) return Promise.resolve()
    this.#source?.close()
    this.#source = new StreamSource({
      host: this.#host,
      url: this.#url,
      cursor: this.#cursor,
      onMessage: (message, from) => this.#inTurn(() => this.#hear({ message, from }, true)),
      onLost: () => void this.#tellWorker({ type: 'thermocline:lost' }),
    })
    return new Promise((resolve) => {
      this.#stepDown = resolve
    })
  }

  #leave(): void {
    // At once: the page may be gone before anything could be awaited.
    if (this.#source !== undefined) this.#worker?.postMessage({ type: 'thermocline:lost' })
    this.#source?.close()
    this.#source = undefined
    this.#stepDown()
  }

  /** A tab that was put to sleep keeps its lock and hears nothing: who is looked at takes over. */
  #watch(): void {
    this.#cancelWatch()
    this.#cancelWatch = this.#host.after(this.#beatMs, () => {
      if (this.#closed.signal.aborted) return
      const isSilent = this.#host.now() - this.#heardAtMs > this.#beatMs * 3
      if (isSilent && this.#source === undefined && this.#host.visible()) this.#queue(true)
      this.#watch()
    })
  }

  #inTurn(work: () => Promise<void>): void {
    this.#turn = this.#turn.then(work).catch(() => {})
  }

  async #hear(passed: Passed, isOwn: boolean): Promise<void> {
    const { from, message } = passed
    const { beatMs, cursor, groups, type, urls } = message
    this.#heardAtMs = this.#host.now()
    this.#cursor = cursor
    if (beatMs !== undefined) this.#beatMs = beatMs
    const isNews = type === 'invalidated' || type === 'reset'
    const told = { type: 'thermocline:invalidated', from, cursor, groups, urls, reset: type === 'reset' }
    if (isOwn && isNews) await this.#tellWorker(told)
    // Beats would keep the worker of a browser awake that nobody looks at.
    else if (type === 'beat' && (this.#isCatchingUp || this.#host.visible())) void this.#tellWorker(told)
    this.#isCatchingUp = type === 'open'
    if (isOwn) this.#channel?.postMessage(passed)
    this.#announce({ groups, urls, everything: type === 'reset' })
  }

  #announce(about: { groups: readonly string[]; urls: readonly string[]; everything: boolean }): void {
    if (about.groups.length + about.urls.length === 0 && !about.everything) return
    this.deliver(new InvalidatedEvent(about), MOST_HELD)
  }

  async #tellWorker(
    message: object,
    limitMs = WORKER_LIMIT_MS,
  ): Promise<Readonly<Record<string, unknown>> | undefined> {
    try {
      const worker = await this.#host.worker()
      this.#worker = worker
      return worker && (await consultWorker(worker, message, this.#host, limitMs))
    } catch {
      return undefined
    }
  }
}
