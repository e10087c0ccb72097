/** What registration needs from the browser around it; tests put a small stand-in here. */
export interface BrowserHost {
  /** `undefined` where the browser has no service workers or hides them (sandboxed frames, some private modes). */
  readonly container: ServiceWorkerContainer | undefined
  readonly secure: boolean
  /** What relative urls resolve against; `undefined` outside a page. */
  readonly baseUrl: string | undefined
  /** Storage of this tab only; `undefined` where the browser refuses it. */
  readonly session: Pick<Storage, 'getItem' | 'setItem'> | undefined
  /** Settles once the page has loaded. */
  loaded(): Promise<void>
  visible(): boolean
  online(): boolean
  /** Calls back at every change between visible and hidden, until the returned function is called. */
  onVisibilityChange(listener: () => void): () => void
  /** Calls back when the page is shown again as the browser had kept it, until the returned function is called. */
  onRestored(listener: () => void): () => void
  /** Calls back once after `ms`, unless the returned function is called before. */
  after(ms: number, callback: () => void): () => void
  /** Epoch milliseconds. */
  now(): number
  reload(): void
}

/** The host of the current page; outside a page (server-side rendering) one without service workers. */
export function browserHost(): BrowserHost {
  const page = typeof document === 'undefined' ? undefined : document
  return {
    container: page && unlessDenied(() => navigator.serviceWorker),
    secure: page === undefined || isSecureContext,
    baseUrl: page?.baseURI,
    session: page && unlessDenied(() => sessionStorage),
    loaded: () =>
      page === undefined || page.readyState === 'complete'
        ? Promise.resolve()
        : new Promise((resolve) => addEventListener('load', () => resolve(), { once: true })),
    visible: () => page?.visibilityState === 'visible',
    online: () => navigator.onLine,
    onVisibilityChange(listener) {
      page?.addEventListener('visibilitychange', listener)
      return () => page?.removeEventListener('visibilitychange', listener)
    },
    onRestored(listener) {
      const onPageShow = ({ persisted }: PageTransitionEvent) => {
        if (persisted) listener()
      }
      addEventListener('pageshow', onPageShow)
      return () => removeEventListener('pageshow', onPageShow)
    },
    after(ms, callback) {
      const timer = setTimeout(callback, ms)
      return () => clearTimeout(timer)
    },
    now: () => Date.now(),
    reload: () => location.reload(),
  }
}

/** In a sandboxed frame or with storage switched off, the mere reading of these properties throws `SecurityError`. */
function unlessDenied<T>(read: () => T | undefined): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
