import type { BrowserHost } from './browser-host.ts'

/** Emptying large caches on a slow disk takes seconds; a worker of another make never answers. */
const ANSWER_LIMIT_MS = 10_000

/** Sends a message and waits until the worker has carried it out; `false` if it failed or did not answer in time. */
export async function askWorker(
  worker: ServiceWorker,
  message: object,
  host: Pick<BrowserHost, 'after'>,
): Promise<boolean> {
  return (await consultWorker(worker, message, host)) !== undefined
}

/** The same, with what the worker answers; `undefined` if it failed or did not answer in time. */
export function consultWorker(
  worker: ServiceWorker,
  message: object,
  host: Pick<BrowserHost, 'after'>,
  limitMs = ANSWER_LIMIT_MS,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    const settle = (answer?: Readonly<Record<string, unknown>>) => {
      cancelLimit()
      port1.close()
      resolve(answer)
    }
    const cancelLimit = host.after(limitMs, () => settle())
    port1.addEventListener('message', ({ data }: MessageEvent<Record<string, unknown> | null>) =>
      settle(data?.['ok'] === true ? data : undefined),
    )
    port1.start()
    worker.postMessage(message, [port2])
  })
}
