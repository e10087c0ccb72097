import type { EdgeEvent } from './edge-event.ts'
import { EdgeFailure, type EdgePurger, type PurgeRequest } from './edge-purger.ts'
import { type EdgeTiming, retryAfter } from './edge-timing.ts'
import { TokenBucket } from './token-bucket.ts'

export interface PurgeSenderOptions {
  readonly purger: EdgePurger
  readonly timeoutMs: number
  readonly timing: EdgeTiming
  readonly emit: (event: EdgeEvent) => void
  readonly signal: AbortSignal
}

/** Why something failed, as far as it may be told. */
export interface FailureReport {
  readonly reason: string
  readonly status?: number
}

/** An edge's no. */
export interface Refusal {
  readonly report: FailureReport
  /** Whether it would say it again. */
  readonly isFinal: boolean
  /** Whether it may not say it of a part of the names. */
  readonly maySplit: boolean
}

/** `stopped`: it makes no sense any more, is another process's affair, or has time. */
export type Sent = 'taken' | 'stopped' | Refusal

/** Asks an edge until it has taken a request, as fast as it allows and no faster. */
export class PurgeSender {
  lastError: (FailureReport & { readonly at: number }) | undefined
  readonly #options: PurgeSenderOptions
  readonly #bucket: TokenBucket
  /** Before that the edge does not want to be asked. */
  #heldUntilMs = Number.NEGATIVE_INFINITY
  /** Before that nothing is asked that has time. */
  #restsUntilMs = Number.NEGATIVE_INFINITY
  #failuresInARow = 0

  constructor(options: PurgeSenderOptions) {
    this.#options = options
    this.#bucket = new TokenBucket(options.purger.rate, options.timing.now)
  }

  /** How long what has time has to wait, in ms: so that it never takes the turn of what has none. */
  get restMs(): number {
    const untilMs = Math.max(this.#heldUntilMs, this.#restsUntilMs)
    return Math.max(0, this.#bucket.waitMs, untilMs - this.#options.timing.now())
  }

  /**
   * Until it is taken, or refused for good. What fails and may be split is not repeated as it is.
   *
   * @param mayGoOn - asked before each attempt.
   */
  async send(request: PurgeRequest, mayGoOn: () => boolean): Promise<Sent> {
    const { timing, signal } = this.#options
    for (let attempt = 1; ; attempt += 1) {
      const waitMs = Math.max(this.#bucket.take(), this.#heldUntilMs - timing.now())
      if (waitMs > 0) await timing.sleep(waitMs, signal)
      if (!mayGoOn()) return 'stopped'
      const sent = await this.#attempt(request, attempt)
      if (sent === 'taken' || sent === 'stopped' || sent.isFinal) return sent
      await timing.sleep(sent.retryMs, signal)
      if (sent.maySplit) return sent
    }
  }

  /** Once, and only where nobody is kept waiting by it; else it is `stopped`, and `restMs` tells when to try again. */
  async sendOnce(request: PurgeRequest, mayGoOn: () => boolean): Promise<Sent> {
    if (this.restMs > 0 || !mayGoOn()) return 'stopped'
    this.#bucket.take()
    const sent = await this.#attempt(request, this.#failuresInARow + 1, true)
    if (sent === 'taken' || sent === 'stopped' || sent.isFinal) return sent
    this.#restsUntilMs = this.#options.timing.now() + sent.retryMs
    return 'stopped'
  }

  async #attempt(
    request: PurgeRequest,
    attempt: number,
    isAgain = false,
  ): Promise<'taken' | 'stopped' | (Refusal & { readonly retryMs: number })> {
    const { purger, timing, emit, signal } = this.#options
    const { kind, names } = request
    const beganAtMs = timing.now()
    try {
      await this.#ask(request)
    } catch (error) {
      if (signal.aborted) return 'stopped'
      const report = reportOf(error)
      this.lastError = { ...report, at: Date.now() }
      this.#failuresInARow += 1
      const failure = error instanceof EdgeFailure ? error : undefined
      const isFinal = failure?.isFinal ?? false
      const maySplit = (failure?.isOfNames ?? false) && names.length > 1
      const retryMs = isFinal ? 0 : retryAfter(attempt, failure?.retryAfterMs, timing.random)
      if ((failure?.retryAfterMs ?? 0) > 0) this.#heldUntilMs = timing.now() + retryMs
      if (!isFinal || maySplit) emit({ type: 'purge-failed', edge: purger.name, ...report, attempt, retryMs })
      return { report, isFinal, maySplit, retryMs }
    }
    const durationMs = timing.now() - beganAtMs
    const again = isAgain ? { again: true as const } : {}
    emit({ type: 'purged', edge: purger.name, kind, names: names.length, durationMs, ...again })
    this.lastError = undefined
    this.#failuresInARow = 0
    return 'taken'
  }

  /** In time, also where the purger takes no notice of its signal. */
  async #ask(request: PurgeRequest): Promise<void> {
    const { purger, timeoutMs, signal } = this.#options
    const patience = new AbortController()
    const giveUp = (): void => patience.abort()
    const timer = setTimeout(giveUp, timeoutMs)
    signal.addEventListener('abort', giveUp)
    try {
      await new Promise<void>((resolve, reject) => {
        patience.signal.addEventListener('abort', () =>
          reject(new EdgeFailure(`${purger.name} has not answered within ${timeoutMs} ms.`)),
        )
        purger.purge(request, patience.signal).then(resolve, reject)
      })
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
    }
  }
}

/** Only an `EdgeFailure` is known to say no secret: others may repeat a header that Node refused to send. */
function reportOf(error: unknown): FailureReport {
  if (error instanceof EdgeFailure) {
    return { reason: error.message, ...(error.status === undefined ? {} : { status: error.status }) }
  }
  if (!(error instanceof Error)) return { reason: 'It rejected with what is no error.' }
  const cause = error.cause instanceof Error ? error.cause : error
  const { code } = cause as NodeJS.ErrnoException
  return { reason: `${error.name}${typeof code === 'string' ? ` (${code})` : ''}` }
}
