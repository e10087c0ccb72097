import { ThermoclineError } from '../../policy/index.ts'

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** What a loader is told. */
export interface LoadContext {
  readonly key: string
  /** Aborted when the load takes longer than `hardTimeout`, and when the cache is closed. */
  readonly signal: AbortSignal
}

/** One call of a loader. Its signal is made only if somebody looks at it. */
class RunningLoad implements LoadContext {
  readonly key: string
  #controller: AbortController | undefined
  #reason: Error | undefined
  timer: NodeJS.Timeout | undefined

  constructor(key: string) {
    this.key = key
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    return this.#controller.signal
  }

  abort(reason: Error): void {
    this.#reason ??= reason
    this.#controller?.abort(this.#reason)
  }
}

/** The loaders that are at work, so that each can be given up on. */
export class RunningLoads {
  readonly #running = new Set<RunningLoad>()

  /** Calls a loader. Rejects with what it throws, or with `load-timeout`; it is then told to stop, and what it still brings is dropped. */
  async run<T>(key: string, load: (context: LoadContext) => Promise<T> | T, timeoutMs: number): Promise<T> {
    const running = new RunningLoad(key)
    this.#running.add(running)
    try {
      const work = load(running)
      if (timeoutMs === 0 || !isPromise(work)) return await work
      return await this.#within(work, running, timeoutMs)
    } finally {
      this.#running.delete(running)
    }
  }

  abortAll(): void {
    const reason = new Error('The cache was closed.')
    for (const running of this.#running) {
      running.abort(reason)
      // Nobody is left to be told that it took too long.
      running.timer?.unref()
    }
  }

  #within<T>(work: Promise<T>, running: RunningLoad, timeoutMs: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // Longer than a timer can be is as good as never.
      const timer = setTimeout(
        () => {
          const error = new ThermoclineError(
            'load-timeout',
            `Loading ${JSON.stringify(running.key)} took longer than ${timeoutMs} ms. ` +
              'Make the loader faster or let it heed its `signal`; raise `hardTimeout` if it may take that long.',
          )
          running.abort(error)
          reject(error)
        },
        Math.min(timeoutMs, LONGEST_TIMER_MS),
      )
      running.timer = timer
      work.then(
        (value) => {
          clearTimeout(timer)
          resolve(value)
        },
        (error: unknown) => {
          clearTimeout(timer)
          // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the caller's own, whatever it is.
          reject(error)
        },
      )
    })
  }
}

function isPromise<T>(value: Promise<T> | T): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
