/** What following needs from the browser around it; tests put a small stand-in here. */
export interface FollowHost {
  readonly baseUrl: string | undefined
  /** When the page began, in epoch milliseconds: what it shows is as old as that. */
  readonly beganAtMs: number
  /** `undefined` where the browser has none. */
  openStream(url: string): EventSource | undefined
  fetch(url: string, signal: AbortSignal): Promise<Response>
  /** Runs `work` in one tab at a time; `undefined` where the browser has no locks. With `steal` whoever runs it now is stopped. */
  lock(
    name: string,
    options: { readonly signal: AbortSignal } | { readonly steal: true },
    work: () => Promise<void>,
  ): Promise<void> | undefined
  openChannel(name: string): BroadcastChannel | undefined
  /** The worker in charge, whether it controls this page or not. */
  worker(): Promise<ServiceWorker | undefined>
  /**
   * Calls back when the worker says that another user is signed in (`switched`), or that the one it knows of may be so anew (`named`), until
   * the returned function is called.
   */
  onSwitch(listener: (how: 'switched' | 'named') => void): () => void
  visible(): boolean
  /** Calls back when the network is there again or the page is shown again, until the returned function is called. */
  onReturn(listener: () => void): () => void
  /** Calls back when the page is put away, to be shown again as it is. */
  onAway(listener: () => void): () => void
  after(ms: number, callback: () => void): () => void
  now(): number
  random(): number
}

export function followHost(): FollowHost {
  const page = typeof document === 'undefined' ? undefined : document
  return {
    baseUrl: page?.baseURI,
    beganAtMs: page === undefined ? 0 : performance.timeOrigin,
    openStream: (url) => (typeof EventSource === 'undefined' ? undefined : new EventSource(url)),
    fetch: (url, signal) =>
      fetch(url, { cache: 'no-store', headers: { accept: 'application/json' }, signal }),
    // Only secure contexts have locks.
    lock: (name, options, work) => (navigator.locks as LockManager | undefined)?.request(name, options, work),
    openChannel: (name) => (typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(name)),
    worker: async () => {
      const container = navigator.serviceWorker as ServiceWorkerContainer | undefined
      return (await container?.getRegistration())?.active ?? undefined
    },
    onSwitch(listener) {
      const container = navigator.serviceWorker as ServiceWorkerContainer | undefined
      const onMessage = ({ data }: MessageEvent<{ type?: unknown } | null>) => {
        for (const how of ['switched', 'named'] as const)
          if (data?.type === `thermocline:${how}`) listener(how)
      }
      container?.addEventListener('message', onMessage)
      return () => container?.removeEventListener('message', onMessage)
    },
    visible: () => page?.visibilityState === 'visible',
    onReturn(listener) {
      const types = ['online', 'pageshow'] as const
      for (const type of types) addEventListener(type, listener)
      page?.addEventListener('visibilitychange', listener)
      return () => {
        for (const type of types) removeEventListener(type, listener)
        page?.removeEventListener('visibilitychange', listener)
      }
    },
    onAway(listener) {
      addEventListener('pagehide', listener)
      return () => removeEventListener('pagehide', listener)
    },
    after(ms, callback) {
      const timer = setTimeout(callback, ms)
      return () => clearTimeout(timer)
    },
    now: () => Date.now(),
    random: () => Math.random(),
  }
}
