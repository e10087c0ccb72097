import type { FollowHost } from './follow-host.ts'
import { type StreamMessage, readAnswer, readEvent } from './stream-message.ts'

const TYPES = ['open', 'beat', 'invalidated', 'reset'] as const
/** Some proxies take the request and pass nothing on. */
const OPEN_LIMIT_MS = 10_000
const POLL_MS = 5_000
/** A network that was changed leaves requests which are never answered, and one of them would be the last. */
const POLL_LIMIT_MS = 10_000
const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 300_000
/** With a mark, and nothing after it: a user's own groups are heard. */
const HEARS_OWN = /~[^.]*$/
/** `EventSource.CLOSED`. */
const CLOSED = 2

interface SourceOptions {
  readonly host: FollowHost
  readonly url: string
  /** From where on to be told; left out: from now on. */
  readonly cursor: string | undefined
  /** Told each message, and what had been told before it. */
  readonly onMessage: (message: StreamMessage, from: string) => void
  /** The connection was cut: something may be missed until the next message. */
  readonly onLost: () => void
}

/** One connection to the server's stream. Where it is refused, or passes nothing on, the server is asked again and again instead. */
export class StreamSource {
  readonly #options: SourceOptions
  #cursor: string | undefined
  #stream: EventSource | undefined
  #cancelWatch = () => {}
  #cancelRetry = () => {}
  #cancelPoll = () => {}
  #retryMs = FIRST_RETRY_MS
  #beatMs = 15_000
  #isStreaming = false
  #isClosed = false
  /** Whether it has been connected anew as the one who was named, and no user's own groups have been heard since. */
  #isNamed = false

  constructor(options: SourceOptions) {
    this.#options = options
    this.#cursor = options.cursor
    this.#connect()
  }

  /** The network may be there again: it is tried at once. */
  retry(): void {
    if (this.#isStreaming || this.#isClosed) return
    this.#retryMs = FIRST_RETRY_MS
    this.#connect()
  }

  /** Connects anew, from where it was: as somebody else. */
  renew(): void {
    if (this.#isClosed) return
    this.#lose()
    this.#connect()
  }

  /**
   * Somebody is signed in: connects anew where it is connected as nobody. Once: a site that tells nobody of own groups would have it do so
   * for ever.
   */
  renewAsNamed(): void {
    if (this.#isNamed || HEARS_OWN.test(this.#cursor ?? '')) return
    this.#isNamed = true
    this.renew()
  }

  close(): void {
    this.#isClosed = true
    this.#hangUp()
    this.#cancelRetry()
    this.#cancelPoll()
  }

  #connect(): void {
    this.#hangUp()
    this.#cancelRetry()
    const { host, url } = this.#options
    const stream = host.openStream(this.#withCursor(url))
    if (stream === undefined) {
      this.#pollSoon(0)
      return
    }
    this.#stream = stream
    for (const type of TYPES) {
      stream.addEventListener(type, (event) => {
        const message = readEvent(type, event)
        if (message !== undefined) this.#heard(message)
      })
    }
    stream.addEventListener('error', () => {
      this.#lose()
      // Otherwise the browser connects again by itself, from where it was.
      if (stream.readyState === CLOSED) this.#giveUp()
    })
    this.#watch(OPEN_LIMIT_MS)
  }

  #heard(message: StreamMessage): void {
    if (message.beatMs !== undefined) this.#beatMs = message.beatMs
    this.#isStreaming = true
    this.#retryMs = FIRST_RETRY_MS
    this.#cancelPoll()
    // A connection can die without a word.
    this.#watch(this.#beatMs * 2.5)
    this.#tell(message)
  }

  #tell(message: StreamMessage): void {
    const from = this.#cursor ?? message.cursor
    this.#cursor = message.cursor
    if (HEARS_OWN.test(message.cursor)) this.#isNamed = false
    this.#options.onMessage(message, from)
  }

  #watch(limitMs: number): void {
    this.#cancelWatch()
    this.#cancelWatch = this.#options.host.after(limitMs, () => {
      this.#lose()
      this.#giveUp()
    })
  }

  #lose(): void {
    if (this.#isStreaming) this.#options.onLost()
    this.#isStreaming = false
  }

  /** Asks for now, and tries the stream again later. */
  #giveUp(): void {
    this.#hangUp()
    const { host } = this.#options
    this.#cancelRetry = host.after(this.#retryMs * (0.5 + host.random()), () => this.#connect())
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS)
    this.#pollSoon(0)
  }

  #hangUp(): void {
    this.#isStreaming = false
    this.#cancelWatch()
    this.#stream?.close()
    this.#stream = undefined
  }

  #pollSoon(ms: number): void {
    this.#cancelPoll()
    this.#cancelPoll = this.#options.host.after(ms, () => void this.#poll())
  }

  async #poll(): Promise<void> {
    const { host, url } = this.#options
    const cursor = this.#cursor
    const limit = new AbortController()
    const cancelLimit = host.after(POLL_LIMIT_MS, () => limit.abort())
    try {
      const response = await host.fetch(this.#withCursor(url), limit.signal)
      const message = response.ok ? readAnswer(await response.json()) : undefined
      // Meanwhile the stream may have come, and told more.
      if (this.#isStreaming || this.#isClosed) return
      if (message !== undefined && cursor === this.#cursor) this.#tell(message)
    } catch {
      // The network is away; the worker finds that out for itself.
    } finally {
      cancelLimit()
    }
    if (!this.#isStreaming && !this.#isClosed) this.#pollSoon(POLL_MS * (0.75 + host.random() / 2))
  }

  #withCursor(url: string): string {
    return this.#cursor === undefined ? url : `${url}?after=${encodeURIComponent(this.#cursor)}`
  }
}
