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

/** `stopped`: it makes no sense any more, or is another process's affair. */
export type Sent = 'taken' | 'stopped' | FailureReport

/** Asks an edge until it has taken a request, as fast as it allows and no faster. */
export class PurgeSender {
  lastError: (FailureReport & { readonly at: number }) | undefined
  readonly #options: PurgeSenderOptions
  readonly #bucket: TokenBucket

  constructor(options: PurgeSenderOptions) {
    this.#options = options
    this.#bucket = new TokenBucket(options.purger.rate, options.timing.now)
  }

  /** @param mayGoOn - asked before each attempt. */
  async send(request: PurgeRequest, mayGoOn: () => boolean): Promise<Sent> {
    const { purger, timing, emit, signal } = this.#options
    for (let attempt = 1; ; attempt += 1) {
      const waitMs = this.#bucket.take()
      if (waitMs > 0) await timing.sleep(waitMs, signal)
      if (!mayGoOn()) return 'stopped'
      const beganAtMs = timing.now()
      try {
        await this.#ask(request)
        const durationMs = timing.now() - beganAtMs
        emit({
          type: 'purged',
          edge: purger.name,
          kind: request.kind,
          names: request.names.length,
          durationMs,
        })
        this.lastError = undefined
        return 'taken'
      } catch (error) {
        if (signal.aborted) return 'stopped'
        const report = reportOf(error)
        this.lastError = { ...report, at: Date.now() }
        if (error instanceof EdgeFailure && error.isFinal) return report
        const askedForMs = error instanceof EdgeFailure ? error.retryAfterMs : undefined
        const retryMs = retryAfter(attempt, askedForMs, timing.random)
        emit({ type: 'purge-failed', edge: purger.name, ...report, attempt, retryMs })
        await timing.sleep(retryMs, signal)
      }
    }
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
