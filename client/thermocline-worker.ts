import type { ThermoclineWorkerEventMap } from './worker-events.ts'

/**
 * Why no worker serves this page: `missing` (the browser has none or hides them), `insecure-origin` (neither https nor
 * localhost), `refused` (by the browser: private mode, settings, scope), `script-failed` (the script could not be
 * fetched or run).
 */
export type UnsupportedReason = 'missing' | 'insecure-origin' | 'refused' | 'script-failed'

/**
 * The page's hold on its service worker: what `register()` resolves with. An `EventTarget`; events that come before the
 * first listener of their kind are kept for it. Where service workers cannot be had every method is there and does nothing.
 */
export interface ThermoclineWorker extends EventTarget {
  /** Whether a worker is registered. A page must work without one. */
  readonly supported: boolean
  /** Why not, where `supported` is false. */
  readonly reason: UnsupportedReason | undefined
  /** What the browser said when it refused, for a log. */
  readonly error: unknown
  /** Whether this page's requests go through the worker now. */
  readonly controlled: boolean
  /** Whether a new version waits to be applied. */
  readonly updateWaiting: boolean
  /** Asks now for a new version, and settles when the browser has the answer; a failure is a `failed` event. */
  checkForUpdate(): Promise<void>
  /** Applies the waiting version, as the `waiting` event's `apply()` does. */
  applyUpdate(): Promise<void>
  /**
   * Tells the worker which user's partition it answers from, as after signing in or out. Resolves once it does so, with
   * `false` if the worker failed or did not answer within 10 s, and with `true` where there is none. Rejects with `option-invalid` unless the id is 1 to 64 of
   * `A-Z a-z 0-9 _ -`.
   */
  setPartition(partition: string): Promise<boolean>
  /** Has the worker empty its caches. Resolves once they are empty, with `false` as `setPartition()`. */
  clear(): Promise<boolean>
  /** Ends listening and checking; the worker itself stays registered. */
  close(): void

  addEventListener<Name extends keyof ThermoclineWorkerEventMap>(
    type: Name,
    listener:
      | ((event: ThermoclineWorkerEventMap[Name]) => void)
      | { handleEvent(event: ThermoclineWorkerEventMap[Name]): void }
      | null,
    options?: boolean | AddEventListenerOptions,
  ): void
  removeEventListener<Name extends keyof ThermoclineWorkerEventMap>(
    type: Name,
    listener:
      | ((event: ThermoclineWorkerEventMap[Name]) => void)
      | { handleEvent(event: ThermoclineWorkerEventMap[Name]): void }
      | null,
    options?: boolean | EventListenerOptions,
  ): void
}
