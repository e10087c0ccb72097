import type { Page } from '@playwright/test'

/** What a page got for one request. */
export interface Answer {
  readonly status: number
  readonly body: string
  readonly cacheStatus: string | null
  readonly age: string | null
  readonly timing: string | null
}

/** Opens the origin's page and waits until the worker controls it. */
export async function openControlled(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/sw.js')
    if (navigator.serviceWorker.controller) return
    await new Promise((resolve) =>
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    )
  })
}

/** `fetch()` in the page. A network error has the status 0. */
export async function ask(page: Page, path: string, init: RequestInit = {}): Promise<Answer> {
  const [answer] = await askMany(page, path, 1, init)
  if (answer === undefined) throw new Error('The page made no request.')
  return answer
}

/** The same request several times, side by side. */
export async function askMany(
  page: Page,
  path: string,
  times: number,
  init: RequestInit = {},
): Promise<Answer[]> {
  return await page.evaluate(
    async ([url, count, options]) => {
      const one = async () => {
        try {
          const response = await fetch(url, options)
          return {
            status: response.status,
            body: await response.text(),
            cacheStatus: response.headers.get('cache-status'),
            age: response.headers.get('age'),
            timing: response.headers.get('server-timing'),
          }
        } catch {
          return { status: 0, body: '', cacheStatus: null, age: null, timing: null }
        }
      }
      return await Promise.all(Array.from({ length: count }, one))
    },
    [path, times, init] as const,
  )
}

/** Kills the running workers, as a browser does with idle ones; the next event starts them anew. */
export async function stopWorkers(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('ServiceWorker.enable')
  await session.send('ServiceWorker.stopAllWorkers')
  await session.detach()
}

/** Sends the worker a message and waits for its answer. */
export async function tell(page: Page, message: object): Promise<{ ok: boolean }> {
  return await page.evaluate(
    (data) =>
      new Promise<{ ok: boolean }>((resolve) => {
        const { port1, port2 } = new MessageChannel()
        port1.addEventListener('message', ({ data: answer }) => resolve(answer as { ok: boolean }))
        port1.start()
        navigator.serviceWorker.controller?.postMessage(data, [port2])
      }),
    message,
  )
}
