import type { BrowserHost } from './browser-host.ts'

/** Emptying large caches on a slow disk takes seconds; a worker of another make never answers. */
const ANSWER_LIMIT_MS = 10_000

/** Sends a message and waits until the worker has carried it out; `false` if it failed or did not answer in time. */
export function askWorker(worker: ServiceWorker, message: object, host: BrowserHost): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    const settle = (ok: boolean) => {
      cancelLimit()
      port1.close()
      resolve(ok)
    }
    const cancelLimit = host.after(ANSWER_LIMIT_MS, () => settle(false))
    port1.addEventListener('message', ({ data }: MessageEvent<{ ok?: unknown } | null>) =>
      settle(data?.ok === true),
    )
    port1.start()
    worker.postMessage(message, [port2])
  })
}
