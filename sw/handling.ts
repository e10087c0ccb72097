import type { StoredEntry } from './stored-entry.ts'

/** What a cache needs of whoever hands it a request: a worker's event, or Workbox with its plugins. */
export interface Handling {
  /** Asks the network. */
  fetch(request: Request): Promise<Response>
  /** Keeps the worker alive until the work has ended; hands on what came of it. */
  waitUntil<T>(work: Promise<T>): Promise<T>
  /** What plugins have a say in; absent where there are none, so that nothing is cloned for nobody. */
  readonly hooks?: StorageHooks | undefined
}

/** A response as storage wants it. */
export interface Storable {
  readonly headers: Headers
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null
}

export interface StorageHooks {
  /** What to store of a response, `undefined` for nothing. */
  beforeStore?: (response: Response, body: Storable['body']) => Promise<Storable | undefined>
  /** Called with what has been stored. */
  afterStore?: (url: string, entry: StoredEntry) => Promise<void>
  /** What to answer in place of a stored response, `undefined` for a miss. */
  beforeUse?: (stored: Response) => Promise<Response | undefined>
}

/** The handling of a plain `fetch` event. */
export function eventHandling(event: ExtendableEvent, fetch: Handling['fetch']): Handling {
  return {
    fetch,
    waitUntil(work) {
      // Whoever asked for the work hears of its failure; the event only waits for its end.
      event.waitUntil(work.catch(() => {}))
      return work
    },
  }
}
