// What runs in the page. Each function goes there as source, so it sees its arguments and nothing of this file.

/** What a page got for one request; a network error has the status 0. */
export interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly type: string
  readonly url: string
  readonly redirected: boolean
  /** '' where there is none. */
  readonly cacheStatus: string
}

export async function registerInPage(): Promise<void> {
  await navigator.serviceWorker.register('/sw.js')
  if (navigator.serviceWorker.controller) return
  await new Promise((resolve) =>
    navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
  )
}

export async function askInPage(url: string, times: number, init: RequestInit): Promise<Answer[]> {
  const one = async (): Promise<Answer> => {
    try {
      const response = await fetch(url, init)
      return {
        status: response.status,
        body: await response.text(),
        headers: Object.fromEntries(response.headers),
        type: response.type,
        url: response.url,
        redirected: response.redirected,
        cacheStatus: response.headers.get('cache-status') ?? '',
      }
    } catch {
      return { status: 0, body: '', headers: {}, type: 'error', url: '', redirected: false, cacheStatus: '' }
    }
  }
  return await Promise.all(Array.from({ length: times }, one))
}

export async function tellInPage(message: unknown): Promise<unknown> {
  return await new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', ({ data }) => resolve(data))
    port1.start()
    navigator.serviceWorker.controller?.postMessage(message, [port2])
  })
}
